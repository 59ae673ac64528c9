import type { LockResource, LockResourceKind } from './locks.js';
import type { SessionState } from './session.js';

/**
 * An edge of the wait graph as it is kept: when it first shows, and once a second while it lasts. Up to fifty waiters the
 * whole graph is kept whenever it changes; beyond that only the waiters whose edges changed, and all once a second.
 */
export interface LockEdgeSample {
  readonly atMs: number;
  readonly instance: string;
  /** Engine's session ids; core/ids sessionIdOf is beside them for the join with samples. */
  readonly waiterId: string;
  readonly waiterSessionId: string;
  readonly blockerId: string;
  readonly blockerSessionId: string;
  readonly kind: 'hard' | 'soft';
  readonly mode: string;
  readonly resource: LockResource;
  readonly waitMs: number | null;
  /** As in LockEdge: who stands before it in the same queue. */
  readonly behindId: string | null;
  /** How many sessions waited in the same reading: when the rows of one moment have as many, they are the whole graph. */
  readonly waiters: number;
  readonly waiterStatementId: string | null;
  readonly blockerStatementId: string | null;
  readonly blockerState: string;
  readonly blockerTransactionAgeMs: number | null;
  readonly confidence: number;
}

/** Locks that one session holds on one thing in one mode. */
export interface LockHold {
  readonly mode: string;
  readonly kind: LockResourceKind;
  readonly relation: string | null;
  readonly index: string | null;
  /** How many (rows of one table, for example). */
  readonly locks: number;
}

/**
 * A session or prepared transaction of the wait graph, beside its edges: when it first shows and once a second while it
 * waits or blocks. Ages are by the server's clock.
 */
export interface LockSessionSample {
  readonly atMs: number;
  readonly instance: string;
  readonly id: string;
  readonly sessionId: string;
  readonly backendType: string;
  readonly database: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: SessionState;
  readonly statementId: string | null;
  readonly transactionAgeMs: number | null;
  readonly statementAgeMs: number | null;
  readonly stateAgeMs: number | null;
  readonly rowsModified: number | null;
  readonly rowsLocked: number | null;
  readonly locksHeld: number | null;
  /** InnoDB: memory of its locks. */
  readonly lockBytes: number | null;
  /** PostgreSQL: relation locks of the session that had to go to the shared table; null where the server has no fast path. */
  readonly slowPathLocks: number | null;
  readonly xminAge: number | null;
  /** The most telling ones first; bounded. */
  readonly holds: readonly LockHold[];
}

/**
 * One jam: from the first waiter to the last, one record, kept at its start, about every ten seconds and at its end. It
 * goes on while a session or a row, table or other thing waited for (not a transaction) stays in it, so that a hot row whose holders
 * follow one another is one episode; the root is the session that has cost most in it.
 */
export interface LockEpisode {
  readonly instance: string;
  /** Stable over the episode's life. */
  readonly episodeId: string;
  /** When this record was made: an episode has one at its start, about one in ten seconds, and one at its end. */
  readonly atMs: number;
  readonly startedAtMs: number;
  /** Null while it lasts. */
  readonly endedAtMs: number | null;
  readonly peakWaiters: number;
  readonly peakAtMs: number;
  /** Waiting time of all its victims together. */
  readonly sessionSeconds: number;
  /** How many sessions headed it, one after another or together. */
  readonly roots: number;
  /** The part of sessionSeconds that was spent behind this root. */
  readonly rootSessionSeconds: number;
  readonly rootId: string;
  readonly rootSessionId: string;
  readonly rootState: string;
  readonly rootStatementId: string | null;
  readonly rootUser: string | null;
  readonly rootApplication: string | null;
  readonly resource: LockResource;
  readonly victims: number;
  /** Statements that waited, most waiting first, at most ten. */
  readonly statementIds: readonly string[];
}

export type DeadlockKind = 'happened' | 'imminent' | 'risk' | 'latent';

/** One side of a deadlock, real or foretold. */
export interface DeadlockParty {
  /** Null for latent ones: they are about transaction templates, not sessions. */
  readonly sessionId: string | null;
  readonly user: string | null;
  readonly application: string | null;
  /** Statements in the order in which this side takes its locks. */
  readonly statementIds: readonly string[];
  readonly holds: readonly string[];
  readonly waitsFor: string | null;
  readonly mode: string | null;
}

/** A deadlock that happened, or a prediction of one; predictions are kept and scored against what happened. */
export interface DeadlockRecord {
  readonly instance: string;
  /** Stable: the same cycle, risk or pattern keeps its id. */
  readonly deadlockId: string;
  readonly kind: DeadlockKind;
  /** When it happened or was foretold. */
  readonly atMs: number;
  readonly parties: readonly DeadlockParty[];
  readonly resources: readonly string[];
  /** Engine's session id of who was or will be ended; null where it cannot be told. */
  readonly victimId: string | null;
  /** When the server will act or acted; null where it cannot be told. */
  readonly expectedAtMs: number | null;
  /** 0 to 1; 1 for what happened. */
  readonly probability: number;
  /** What happened to a prediction: null while it is open. */
  readonly outcome: 'happened' | 'resolved' | null;
  readonly outcomeAtMs: number | null;
  readonly source: string;
  readonly advice: string;
}
