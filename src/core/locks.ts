import type { SessionState } from './session.js';

/**
 * What a lock is on, in words common to all engines. PostgreSQL row locks are seen as `row` (relation and ctid) where a
 * waiter shows the tuple, else as `transaction` (whose end is waited for); InnoDB's are `row` or `gap`.
 */
export type LockResourceKind =
  | 'row'
  | 'gap'
  | 'table'
  | 'page'
  | 'extend'
  | 'metadata'
  | 'object'
  | 'transaction'
  | 'advisory'
  | 'other';

export interface LockResource {
  /** Equal for equal things of one instance while they last, e.g. `row:16384:(0,5)`, `advisory:5:7:2`. No literal of a query. */
  readonly key: string;
  readonly kind: LockResourceKind;
  readonly database: string | null;
  /** `schema.table`; where the name may not be read, the server's number for it; null for what is no relation. */
  readonly relation: string | null;
  readonly index: string | null;
  /** PostgreSQL: ctid. InnoDB: a hash of LOCK_DATA, which holds column values. Null for what is no row. */
  readonly row: string | null;
}

/** One lock, held or asked for. */
export interface LockRow {
  /** The engine's session id; `prepared:<name>` for a prepared transaction, which no session owns. */
  readonly sessionId: string;
  readonly resource: LockResource;
  /** The engine's own word: `AccessExclusiveLock`, `X,REC_NOT_GAP`, `SHARED_WRITE`. */
  readonly mode: string;
  readonly granted: boolean;
  /** Server's clock; null where the server does not say (PostgreSQL before 14), or for a granted lock. */
  readonly waitStartedAtMs: number | null;
  /** PostgreSQL: taken without the lock manager. Null for other engines. */
  readonly fastPath: boolean | null;
  /** Of a row that a waiter has in the index in which it waits: on which side of the one it waits for the key is. Told by InnoDB, without values. */
  readonly keyOrder?: 'before' | 'after' | null;
}

/**
 * One session waits for another. `hard`: the blocker holds what the waiter wants. `soft`: the blocker waits before it in
 * the queue for a mode that conflicts. Reduced to queue order: a waiter has an edge to each holder; to a waiter before it
 * only where that one waits for somebody else than these holders. So n waiters for one row have n edges.
 */
export interface LockEdge {
  readonly waiterId: string;
  readonly blockerId: string;
  readonly kind: 'hard' | 'soft';
  /** The mode asked for. */
  readonly mode: string;
  readonly resource: LockResource;
  readonly waitStartedAtMs: number | null;
  /** The nearest waiter before it whose blockers are its own too, so that no edge leads there; null for none. */
  readonly behindId?: string | null;
  /** 1: both sides stand in one consistent snapshot. Less where views are read one after the other. */
  readonly confidence: number;
}

/** A session (or prepared transaction) that holds or wants a lock, as the same snapshot shows it. */
export interface LockSession {
  readonly id: string;
  readonly startedAtMs: number | null;
  readonly backendType: string;
  readonly database: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: SessionState;
  /** What it runs, or ran last when it is idle in a transaction; null where the server does not say. */
  readonly digest: string | null;
  /** Server's clock, as all times here. */
  readonly transactionStartedAtMs: number | null;
  readonly statementStartedAtMs: number | null;
  readonly stateChangedAtMs: number | null;
  /** InnoDB: trx_rows_modified, trx_rows_locked. Null where the server does not count. */
  readonly rowsModified: number | null;
  readonly rowsLocked: number | null;
  /** Locks in the shared table (PostgreSQL: rows of pg_locks; InnoDB: trx_lock_structs). */
  readonly locksHeld: number | null;
  /** InnoDB: trx_lock_memory_bytes, where it was read. */
  readonly lockBytes?: number | null;
  /** PostgreSQL: age(backend_xmin), in transactions; null for none. */
  readonly xminAge: number | null;
  /** PostgreSQL: backend_xid, given to a transaction with the first row that it locks or changes; null for none. */
  readonly xid?: number | null;
}

/** The locks of those who wait and of those who block them, at one moment. */
export interface LockReading {
  /** Our clock. */
  readonly atMs: number;
  /** The server's clock in the same snapshot. */
  readonly serverNowMs: number;
  readonly sessions: readonly LockSession[];
  /** Locks of the sessions above, bounded per session; those of waiters and blockers on what is waited for come first. */
  readonly locks: readonly LockRow[];
  readonly edges: readonly LockEdge[];
  /** PostgreSQL: the transaction id that comes next; null where no session of the reading has one. */
  readonly nextXid?: number | null;
}
