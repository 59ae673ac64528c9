import type { LockSession } from '../../../core/locks.js';
import type { Probe } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import { numberOf } from '../locks/rows.js';
import { queryFor } from '../select.js';

/** Transactions of InnoDB that have been open for long; who they are the samples of sessions tell. Needs PROCESS. */
export const longTransactions: Probe = {
  name: 'long-transactions',
  lane: 'counters',
  select: (facts) => queryFor('long-transactions', facts),
  toRecords: (rows, { atMs }) => ({
    held: {
      atMs,
      serverNowMs: Number(rows[0]?.now_ms ?? atMs),
      sessions: rows.map(sessionOf),
      locks: [],
      edges: [],
    },
  }),
};

function sessionOf(row: Row): LockSession {
  const number = (name: string) => numberOf((row[name] ?? null) as number | string | null);
  return {
    id: String(row.id),
    startedAtMs: null,
    backendType: 'client',
    database: null,
    user: null,
    application: null,
    state: 'unknown',
    digest: null,
    transactionStartedAtMs: number('transaction_started_ms'),
    statementStartedAtMs: null,
    stateChangedAtMs: null,
    rowsModified: number('rows_modified'),
    rowsLocked: number('rows_locked'),
    locksHeld: number('lock_structs'),
    lockBytes: number('lock_bytes'),
    xminAge: null,
  };
}
