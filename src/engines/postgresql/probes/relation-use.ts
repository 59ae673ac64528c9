import type { Probe } from '../../../core/probe.js';
import type { RelationLock } from '../../../core/relation-use.js';
import type { Row } from '../../../core/row.js';
import { queryFor } from '../select.js';

const STATES: Readonly<Record<string, string>> = {
  'idle in transaction': 'idleInTransaction',
  'idle in transaction (aborted)': 'idleInTransactionAborted',
};

/** Who holds or wants a lock on one table of the connected database. */
export const relationUse: Probe = {
  name: 'relation-use',
  lane: 'demand',
  select: (facts) => queryFor('relation-use', facts),
  parameters: ({ relation }) => [relation ?? null],
  toRecords(rows, { atMs }) {
    const table = rows.find(({ row_kind }) => row_kind === 'table');
    if (table === undefined) return {};
    return {
      relationUse: {
        relation: String(table.relation),
        atMs,
        requests: table.requests === null ? null : Number(table.requests),
        clients: Number(table.clients),
        locks: rows.filter(({ row_kind }) => row_kind === 'lock').map(lockOf),
      },
    };
  },
};

function lockOf(row: Row): RelationLock {
  return {
    sessionId: String(row.id),
    mode: String(row.mode),
    granted: row.granted === true,
    user: textOf(row.user_name),
    application: textOf(row.application),
    state: STATES[String(row.state)] ?? textOf(row.state) ?? 'unknown',
    transactionAgeMs: numberOf(row.transaction_age_ms),
    stateAgeMs: numberOf(row.state_age_ms),
    confidence: 1,
  };
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
