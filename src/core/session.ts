import type { WaitClass } from './wait-class.js';

/** What a session is for. The engine's own word (PostgreSQL: `backend_type`) is `backendType`. */
export type SessionKind = 'client' | 'parallelWorker' | 'maintenance' | 'replication' | 'storage' | 'system';

export type SessionState =
  | 'active'
  | 'idle'
  | 'idleInTransaction'
  | 'idleInTransactionAborted'
  | 'background'
  | 'unknown';

/**
 * One session as the server describes it at one tick. Times are milliseconds since the epoch on the server's clock.
 * Unknown is null, never 0 or ''.
 */
export interface SessionRow {
  /** The engine's own session id (PostgreSQL: pid). Reused by servers: only (id, startedAtMs) names a session. */
  readonly id: string;
  readonly startedAtMs: number | null;
  /** Process id as the server sees it; in a container it must be mapped before /proc is asked. */
  readonly osPid: number | null;
  /** Thread id for engines that run sessions as threads; 0: it has no thread of its own (a thread pool). */
  readonly osTid: number | null;
  readonly kind: SessionKind;
  readonly backendType: string;
  /** Session id of the leader of a parallel worker. */
  readonly leaderId: string | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly application: string | null;
  /** Numeric address, or null for a Unix socket or a server process. */
  readonly clientAddress: string | null;
  readonly clientPort: number | null;
  readonly state: SessionState;
  /** The server's own digest of the statement (PostgreSQL: queryid), or ours (`t:` prefix) where it has none. */
  readonly digest: string | null;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  readonly waitClass: WaitClass;
  readonly statementStartedAtMs: number | null;
  readonly transactionStartedAtMs: number | null;
  readonly stateChangedAtMs: number | null;
  /** Sessions that this one waits for (only filled while it waits for a lock). */
  readonly blockedBy: readonly string[];
  /** Temporary files this session has open now, bytes; null where it cannot be known. */
  readonly tempBytes: number | null;
}
