import type { Probe } from '../../../core/probe.js';
import { readingOf } from '../locks/reading.js';
import type { LocksRow } from '../locks/rows.js';
import { queryFor } from '../select.js';

/** One snapshot of pg_locks with the sessions concerned; the graph is built here and not by pg_blocking_pids, which is quadratic. */
export const locks: Probe = {
  name: 'locks',
  lane: 'locks',
  select: (facts) => queryFor('locks', facts),
  toRecords: (rows, { atMs, facts }) => ({
    locks: readingOf(rows as unknown as readonly LocksRow[], atMs, facts.versionNumber >= 140_000),
  }),
};

/** Whether anybody waits for a lock. */
export const watch: Probe = {
  name: 'watch',
  lane: 'watch',
  select: (facts) => queryFor('watch', facts),
  toRecords: ([row]) => ({ waiters: Number(row?.waiters ?? 0) }),
};
