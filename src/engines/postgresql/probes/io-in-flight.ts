import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/** PostgreSQL 18 reads through io workers: whose reads are under way now tells whom a worker's cost belongs to. */
export const ioInFlight: Probe = {
  name: 'io-in-flight',
  lane: 'tick',
  select(facts) {
    if (facts.settings.io_method === 'worker') return queryFor('io-in-flight', facts);
    return { unavailable: 'sessions read for themselves: /proc shows it', remedy: null };
  },
  toRecords: (rows) => ({ ioInFlight: new Map(rows.map(({ pid, bytes }) => [String(pid), Number(bytes)])) }),
};
