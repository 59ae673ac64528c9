import type { InstanceFacts } from '../../../core/facts.js';
import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/** PostgreSQL 18 reads through io workers: a session's own process then shows none of its reads. */
export const sessionIo: Probe = {
  name: 'session-io',
  lane: 'tick',
  select: (facts) => unlessDirect(facts) ?? queryFor('session-io', facts),
  // 45 µs a session on the server: asked for those that run something.
  parameters: (tick) => [`{${tick.activeIds.slice(0, 100).join(',')}}`],
  toRecords: (rows) => ({
    sessionIo: new Map(
      rows.map(({ pid, read_bytes, write_bytes }) => [
        String(pid),
        { readBytes: Number(read_bytes ?? 0), writeBytes: Number(write_bytes ?? 0) },
      ]),
    ),
  }),
};

export const ioInFlight: Probe = {
  name: 'io-in-flight',
  lane: 'tick',
  select: (facts) => unlessDirect(facts) ?? queryFor('io-in-flight', facts),
  toRecords: (rows) => ({ ioInFlight: new Map(rows.map(({ pid, bytes }) => [String(pid), Number(bytes)])) }),
};

function unlessDirect(facts: InstanceFacts) {
  if (facts.settings.io_method === 'worker') return null;
  return { unavailable: 'sessions read for themselves: /proc shows it', remedy: null };
}
