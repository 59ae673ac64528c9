import type { TableRows } from '../core/samples.js';
import { big, type Column, real, small, text } from './column.js';

type LockTable = 'lock_edges' | 'lock_episodes' | 'deadlocks';

const list = (values: readonly string[]) => (values.length === 0 ? null : values.join(','));
const age = (ms: number | null) => (ms === null ? null : Math.min(2 ** 31 - 1, Math.max(0, Math.round(ms))));

/** Tables of locks and deadlocks: few rows, written only while somebody waits. */
export const LOCK_SCHEMA: { readonly [T in LockTable]: readonly Column<TableRows[T]>[] } = {
  lock_edges: [
    big('at_ms', (row) => Math.round(row.atMs)),
    text('instance', (row) => row.instance),
    text('waiter_id', (row) => row.waiterId),
    text('waiter_session_id', (row) => row.waiterSessionId),
    text('blocker_id', (row) => row.blockerId),
    text('blocker_session_id', (row) => row.blockerSessionId),
    text('kind', (row) => row.kind),
    text('mode', (row) => row.mode),
    text('resource_key', (row) => row.resource.key),
    text('resource_kind', (row) => row.resource.kind),
    text('database', (row) => row.resource.database),
    text('relation', (row) => row.resource.relation),
    text('index_name', (row) => row.resource.index),
    text('row', (row) => row.resource.row),
    small('wait_ms', (row) => age(row.waitMs)),
    text('waiter_statement_id', (row) => row.waiterStatementId),
    text('blocker_statement_id', (row) => row.blockerStatementId),
    text('blocker_state', (row) => row.blockerState),
    small('blocker_transaction_age_ms', (row) => age(row.blockerTransactionAgeMs)),
    real('confidence', (row) => row.confidence),
  ],
  lock_episodes: [
    big('at_ms', (row) => Math.round(row.atMs)),
    text('instance', (row) => row.instance),
    text('episode_id', (row) => row.episodeId),
    big('started_at_ms', (row) => Math.round(row.startedAtMs)),
    big('ended_at_ms', (row) => (row.endedAtMs === null ? null : Math.round(row.endedAtMs))),
    small('peak_waiters', (row) => row.peakWaiters),
    real('session_seconds', (row) => row.sessionSeconds),
    text('root_id', (row) => row.rootId),
    text('root_session_id', (row) => row.rootSessionId),
    text('root_state', (row) => row.rootState),
    text('root_statement_id', (row) => row.rootStatementId),
    text('root_user', (row) => row.rootUser),
    text('root_application', (row) => row.rootApplication),
    text('resource_key', (row) => row.resource.key),
    text('resource_kind', (row) => row.resource.kind),
    text('database', (row) => row.resource.database),
    text('relation', (row) => row.resource.relation),
    text('index_name', (row) => row.resource.index),
    text('row', (row) => row.resource.row),
    small('victims', (row) => row.victims),
    text('statement_ids', (row) => list(row.statementIds)),
  ],
  deadlocks: [
    big('at_ms', (row) => Math.round(row.atMs)),
    text('instance', (row) => row.instance),
    text('deadlock_id', (row) => row.deadlockId),
    text('kind', (row) => row.kind),
    text('parties', (row) => JSON.stringify(row.parties)),
    text('resources', (row) => JSON.stringify(row.resources)),
    text('victim_id', (row) => row.victimId),
    big('expected_at_ms', (row) => (row.expectedAtMs === null ? null : Math.round(row.expectedAtMs))),
    real('probability', (row) => row.probability),
    text('outcome', (row) => row.outcome),
    big('outcome_at_ms', (row) => (row.outcomeAtMs === null ? null : Math.round(row.outcomeAtMs))),
    text('source', (row) => row.source),
    text('advice', (row) => row.advice),
  ],
};
