import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/**
 * How many wait for a row or table lock of InnoDB, which no state of a session tells. A counter of InnoDB: it takes no
 * latch and does not grow with transactions or waiters (measured with 1,000 sessions: docs/privileges.md).
 */
export const lockWaiters: Probe = {
  name: 'lock-waiters',
  lane: 'tick',
  select: (facts) => queryFor('lock-waiters', facts),
  toRecords: (rows) => ({ waiters: Number(rows[0]?.waiters ?? 0) }),
};

/** The same question, more often, within ten minutes after a wait. */
export const lockWatch: Probe = { ...lockWaiters, name: 'lock-watch', lane: 'watch' };
