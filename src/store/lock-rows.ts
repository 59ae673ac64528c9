import type { DeadlockRecord, LockEdgeSample, LockEpisode, LockSessionSample } from '../core/lock-samples.js';
import type { LockResource } from '../core/locks.js';
import { type Flat, maybe, textOf } from './flat.js';

export function lockEdge(row: Flat): LockEdgeSample {
  return {
    atMs: Number(row.at_ms),
    instance: String(row.instance),
    waiterId: String(row.waiter_id),
    waiterSessionId: String(row.waiter_session_id),
    blockerId: String(row.blocker_id),
    blockerSessionId: String(row.blocker_session_id),
    kind: row.kind as LockEdgeSample['kind'],
    mode: String(row.mode),
    resource: resourceOf(row),
    waitMs: maybe(row.wait_ms),
    behindId: textOf(row.behind_id),
    waiters: Number(row.waiters),
    waiterStatementId: textOf(row.waiter_statement_id),
    blockerStatementId: textOf(row.blocker_statement_id),
    blockerState: String(row.blocker_state),
    blockerTransactionAgeMs: maybe(row.blocker_transaction_age_ms),
    confidence: Number(row.confidence),
  };
}

export function lockSession(row: Flat): LockSessionSample {
  return {
    atMs: Number(row.at_ms),
    instance: String(row.instance),
    id: String(row.id),
    sessionId: String(row.session_id),
    backendType: String(row.backend_type),
    database: textOf(row.database),
    user: textOf(row.user),
    application: textOf(row.application),
    state: row.state as LockSessionSample['state'],
    statementId: textOf(row.statement_id),
    transactionAgeMs: maybe(row.transaction_age_ms),
    statementAgeMs: maybe(row.statement_age_ms),
    stateAgeMs: maybe(row.state_age_ms),
    rowsModified: maybe(row.rows_modified),
    rowsLocked: maybe(row.rows_locked),
    locksHeld: maybe(row.locks_held),
    lockBytes: maybe(row.lock_bytes),
    slowPathLocks: maybe(row.slow_path_locks),
    xminAge: maybe(row.xmin_age),
    holds: JSON.parse(String(row.holds)) as LockSessionSample['holds'],
  };
}

export function lockEpisode(row: Flat): LockEpisode {
  return {
    instance: String(row.instance),
    episodeId: String(row.episode_id),
    atMs: Number(row.at_ms),
    startedAtMs: Number(row.started_at_ms),
    endedAtMs: maybe(row.ended_at_ms),
    peakWaiters: Number(row.peak_waiters),
    peakAtMs: Number(row.peak_at_ms),
    sessionSeconds: Number(row.session_seconds),
    roots: Number(row.roots),
    rootSessionSeconds: Number(row.root_session_seconds),
    rootId: String(row.root_id),
    rootSessionId: String(row.root_session_id),
    rootState: String(row.root_state),
    rootStatementId: textOf(row.root_statement_id),
    rootUser: textOf(row.root_user),
    rootApplication: textOf(row.root_application),
    resource: resourceOf(row),
    victims: Number(row.victims),
    statementIds: textOf(row.statement_ids)?.split(',') ?? [],
  };
}

export function deadlockRecord(row: Flat): DeadlockRecord {
  return {
    instance: String(row.instance),
    deadlockId: String(row.deadlock_id),
    kind: row.kind as DeadlockRecord['kind'],
    atMs: Number(row.at_ms),
    parties: JSON.parse(String(row.parties)) as DeadlockRecord['parties'],
    resources: JSON.parse(String(row.resources)) as string[],
    victimId: textOf(row.victim_id),
    expectedAtMs: maybe(row.expected_at_ms),
    probability: Number(row.probability),
    outcome: row.outcome as DeadlockRecord['outcome'],
    outcomeAtMs: maybe(row.outcome_at_ms),
    source: String(row.source),
    advice: String(row.advice),
  };
}

function resourceOf(row: Flat): LockResource {
  return {
    key: String(row.resource_key),
    kind: row.resource_kind as LockResource['kind'],
    database: textOf(row.database),
    relation: textOf(row.relation),
    index: textOf(row.index_name),
    row: textOf(row.row),
  };
}
