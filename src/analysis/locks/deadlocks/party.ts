import type { LockEdge, LockSession } from '../../../core/locks.js';
import type { LockClass, Strength } from './classes.js';
import type { Transaction } from './transactions.js';
import type { FirstWrite } from './xid-clock.js';

/** One session of a reading with all that is known of its transaction. */
export interface Party {
  readonly session: LockSession;
  readonly transaction: Transaction | null;
  /** Names the transaction while it lasts; outside of one the session. */
  readonly key: string;
  /** Statements it has finished in this transaction, in order, as far as known; while it waits, without that one. */
  readonly past: readonly string[];
  /** `past` is all of it, from the server's history. */
  readonly exact: boolean;
  /** When it locked or changed its first row; null where that cannot be told. */
  readonly firstWrite: FirstWrite | null;
  readonly holds: ReadonlyMap<LockClass, Strength>;
  /** Relations of which it has locked rows shared or for update (PostgreSQL: RowShareLock), whatever else it has there. */
  readonly shares: ReadonlySet<LockClass>;
  /** Rows that it is known to hold, key to mode (engines that name rows). */
  readonly rows: ReadonlyMap<string, HeldRow>;
  /** Nothing of weight is missing in `holds`, so that what is not there is not held. */
  readonly complete: boolean;
  /**
   * Its transaction began before the snapshot did. PostgreSQL reads locks of the fast path one session after another and
   * the others later: of a younger transaction it may show what the session's one before had held.
   */
  readonly settled: boolean;
  /** `holds` is the server's own list, not what its statements usually take. */
  readonly listed: boolean;
  readonly waits: readonly LockEdge[];
}

export interface HeldRow {
  readonly mode: string;
  readonly name: LockClass;
  /** On which side of the row that the party waits for its key is; null where that was not compared. */
  readonly side: 'before' | 'after' | null;
}

/** A wait with both its sides, and what it is for. */
export interface Wait {
  readonly edge: LockEdge;
  readonly waiter: Party;
  readonly holder: Party;
  readonly name: LockClass;
}

export interface Scene {
  readonly atMs: number;
  readonly serverNowMs: number;
  readonly parties: ReadonlyMap<string, Party>;
  /** Hard ones whose resource is known. */
  readonly waits: readonly Wait[];
}
