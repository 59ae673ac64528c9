import type { Probe } from '../../../core/probe.js';
import { parseDeadlock } from '../deadlocks/parse.js';
import { reportedOf } from '../deadlocks/reported.js';
import { queryFor } from '../select.js';

/** The last deadlock that InnoDB saw: the only one it describes where everybody with PROCESS may read. */
export const deadlocks: Probe = {
  name: 'deadlocks',
  lane: 'deadlocks',
  select: (facts) => queryFor('deadlocks', facts),
  toRecords(rows, { facts, atMs }) {
    const found = parseDeadlock(String(rows[0]?.Status ?? ''));
    if (found === null) return { reported: [] };
    const { at, printedAt, victim, parties } = found;
    // Both times are of the server's zone, which it does not name: only their distance is used.
    const ageMs = printedAt === null ? 0 : Math.max(0, Date.parse(`${printedAt}Z`) - Date.parse(`${at}Z`));
    const told = { atMs: atMs - ageMs, source: 'InnoDB status' };
    return { reported: [reportedOf(parties, victim, facts, told)] };
  },
};
