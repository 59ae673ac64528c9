import type { Probe } from '../../../core/probe.js';
import { heldIn } from '../locks/reading.js';
import type { LocksRow } from '../locks/rows.js';
import { queryFor } from '../select.js';

/** What long transactions hold, whether or not anybody waits for it yet. */
export const longTransactions: Probe = {
  name: 'long-transactions',
  lane: 'counters',
  select: (facts) => queryFor('long-transactions', facts),
  toRecords: (rows, { atMs }) => ({ held: heldIn(rows as unknown as readonly LocksRow[], atMs) }),
};
