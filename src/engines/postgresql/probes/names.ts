import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/** Names of databases and users by oid: the session probe sends oids, which saves two joins each second. */
export const names: Probe = {
  name: 'names',
  lane: 'counters',
  select: (facts) => queryFor('names', facts),
  toRecords: (rows) => ({
    names: {
      databases: namesOf(rows, 'database'),
      users: namesOf(rows, 'user'),
    },
  }),
};

function namesOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  kind: string,
): ReadonlyMap<string, string> {
  return new Map(rows.filter((row) => row.kind === kind).map(({ id, name }) => [String(id), String(name)]));
}
