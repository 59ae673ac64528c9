import type { InstanceFacts } from './facts.js';
import type { ReportedDeadlock, TransactionStep } from './lock-analyst.js';
import type { LockReading } from './locks.js';
import type { RelationUse } from './relation-use.js';
import type { Row } from './row.js';
import type { SessionRow } from './session.js';
import type { StatementCounters } from './statement.js';

/**
 * How often a probe runs. `tick`: every second. `locks`: one consistent snapshot, every 150 ms while some session waits
 * for a lock. `watch`: a very cheap question whether somebody waits, every 250 ms, and only within ten minutes after
 * the last wait. `armed`: each tick for as long. `counters`: 10 s. `digests`: 60 s, sooner while it stays cheap.
 * `deadlocks`: after the server's count of deadlocks went up. `demand`: only when an answer needs it.
 */
export type Lane = 'tick' | 'locks' | 'watch' | 'armed' | 'counters' | 'digests' | 'deadlocks' | 'demand';

/** One thing that can be read from a server. Choosing the SQL and mapping the rows are pure. */
export interface Probe {
  readonly name: string;
  readonly lane: Lane;
  /** Which statement this server gets, or why none. */
  select(facts: InstanceFacts): SelectedQuery | Unavailable;
  /** Bind parameters of one run. */
  parameters?(tick: ProbeTick): readonly unknown[];
  toRecords(rows: readonly Row[], tick: ProbeTick): ProbeRecords;
}

/** A static statement: `file` is its path below `queries/`, `since` the lowest server version it serves. */
export interface SelectedQuery {
  readonly probe: string;
  readonly file: string;
  readonly since: number;
  readonly sql: string;
}

export interface Unavailable {
  readonly unavailable: string;
  readonly remedy: string | null;
}

export interface ProbeTick {
  readonly instance: string;
  readonly facts: InstanceFacts;
  /** Our clock at the start of the tick. */
  readonly atMs: number;
  /** Sessions that wait for a lock, as the last tick saw it. */
  readonly waiterIds: readonly string[];
  /** Client sessions that run something in this tick. */
  readonly activeIds: readonly string[];
  /** The table that an answer is about, for probes of the `demand` lane that need one. */
  readonly relation?: string;
}

/** What a probe found; the collector acts on the parts that are there. */
export interface ProbeRecords {
  readonly sessions?: readonly SessionRow[];
  /** The server's clock when it took the snapshot, for the clock offset. */
  readonly serverNowMs?: number;
  /** Lane `locks`. Databases and users may be ids, as in SessionRow. */
  readonly locks?: LockReading;
  /** Lane `counters`: what long transactions hold; without edges. */
  readonly held?: LockReading;
  /**
   * Lane `watch`: how many wait for a lock. Engines whose sessions do not show that they wait give it each tick too,
   * by a probe of lane `tick`.
   */
  readonly waiters?: number;
  /** Statements that sessions finished since the last tick, where the server keeps a history. */
  readonly history?: readonly TransactionStep[];
  /** Deadlocks that the server itself tells; the same one may be told again. */
  readonly reported?: readonly ReportedDeadlock[];
  /** Names for the ids that SessionRow and StatementCounters carry as database and user. */
  readonly names?: {
    readonly databases: ReadonlyMap<string, string>;
    readonly users: ReadonlyMap<string, string>;
  };
  /** Live temporary-file bytes by session id. */
  readonly tempBytes?: ReadonlyMap<string, number>;
  readonly statements?: StatementReading;
  readonly counters?: readonly CounterReading[];
  /** Of the table asked for; absent when there is none of that name. */
  readonly relationUse?: RelationUse;
  /** Session id (owner) to its reads in flight that another process does for it (PostgreSQL 18: pg_aios). */
  readonly ioInFlight?: ReadonlyMap<string, number>;
  /** Session id to all it has read since it began, bytes, its statements that ended (PostgreSQL 18: pg_stat_get_backend_io). */
  readonly sessionReads?: ReadonlyMap<string, number>;
}

export interface StatementReading {
  readonly counters: readonly StatementCounters[];
  /** Changes when the server forgot its counters; a difference across it is a gap, not a negative number. */
  readonly epoch: string;
}

/** One server-wide number. `kind` says whether differences or the value itself have meaning. */
export interface CounterReading {
  /** Dotted name with its unit, e.g. `database.tempBytes`, `wal.bytes`, `checkpointer.writeMs`. */
  readonly name: string;
  /** What it belongs to (database, backend type, …), '' for the instance. */
  readonly object: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
  /** Changes when the server reset this counter (its `stats_reset`), null where it does not say. */
  readonly epoch: string | null;
}
