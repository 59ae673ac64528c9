import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/** The truth about reads through io workers, once a statement has ended; while it runs io-in-flight has to do. */
export const sessionReads: Probe = {
  name: 'session-reads',
  lane: 'counters',
  select(facts) {
    if (facts.settings.io_method === 'worker') return queryFor('session-reads', facts);
    return { unavailable: 'sessions read for themselves: /proc shows it', remedy: null };
  },
  toRecords: (rows) => ({
    sessionReads: new Map(rows.map(({ pid, bytes }) => [String(pid), Number(bytes ?? 0)])),
  }),
};
