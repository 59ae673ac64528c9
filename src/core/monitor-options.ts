import type { Clock } from './clock.js';
import type { EngineName } from './engine-name.js';
import type { ErrorCode } from './errors.js';
import type { DeadlockKind, DeadlockRecord } from './lock-samples.js';
import type { LockResource } from './locks.js';
import type { Logger } from './logger.js';

/** Times: a duration back from now (`30s`, `15m`, `1h`, `7d`) or ISO 8601. */
export type TimeExpression = string;

export interface MonitorOptions {
  /** Where samples are kept; absent: only the last minutes, in memory. */
  readonly dataDir?: string | null;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Share of the host that the monitor and its sessions at all instances may use together, percent. */
  readonly budgetPercent?: number;
  /** Where the host's /proc is mounted. */
  readonly procRoot?: string;
  readonly retentionMs?: number;
  readonly maxBytes?: number;
  /** How much a monitor without a data directory remembers. */
  readonly liveWindowMs?: number;
}

export interface QueryUsageOptions {
  readonly database: string;
  /** Shorthand for `since`. */
  readonly timeRange?: TimeExpression;
  readonly since?: TimeExpression;
  readonly until?: TimeExpression;
  /** Leaves out statements whose mean duration is below it; the rows that are no statement stay. */
  readonly minDurationMs?: number;
  readonly sortBy?: QuerySortKey;
  readonly limit?: number;
  /** Filters by the database inside the instance, user, application and client address. */
  readonly inDatabase?: string;
  readonly user?: string;
  readonly application?: string;
  readonly client?: string;
  readonly signal?: AbortSignal;
}

export const QUERY_SORT_KEYS = [
  'cpu',
  'runQueue',
  'wait',
  'reads',
  'writes',
  'logicalReads',
  'temp',
  'wal',
  'memory',
  'calls',
  'duration',
] as const;
export type QuerySortKey = (typeof QUERY_SORT_KEYS)[number];

export interface SessionOptions {
  readonly database: string;
  readonly since?: TimeExpression;
  readonly until?: TimeExpression;
  readonly inDatabase?: string;
  readonly user?: string;
  readonly application?: string;
  readonly client?: string;
  readonly includeBackground?: boolean;
  readonly signal?: AbortSignal;
}

export interface ConnectionOptions {
  readonly database: string;
  readonly since?: TimeExpression;
  readonly until?: TimeExpression;
  /** Filters of the items; `used` counts everybody's. */
  readonly inDatabase?: string;
  readonly user?: string;
  readonly application?: string;
  readonly client?: string;
  readonly signal?: AbortSignal;
}

export interface LockOptions {
  readonly database: string;
  /** Default true; false leaves nodes and edges out and keeps root blockers and findings. */
  readonly includeWaitGraph?: boolean;
  /** A range is ranked as a whole, and its worst moment is shown. Shorthand for `since`. */
  readonly timeRange?: TimeExpression;
  readonly since?: TimeExpression;
  readonly until?: TimeExpression;
  /** The graph as it stood then. Without it and without a range: now. */
  readonly at?: TimeExpression;
  readonly signal?: AbortSignal;
}

export interface DeadlockOptions {
  readonly database: string;
  /** Default 24h; patterns that were told before it are part of the answer. Shorthand for `since`. */
  readonly timeRange?: TimeExpression;
  readonly since?: TimeExpression;
  readonly until?: TimeExpression;
  /** Only these; default all. Scores count all of them either way. */
  readonly kinds?: readonly DeadlockKind[];
  /** The newest; default 200. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export const DEADLOCK_KINDS = [
  'happened',
  'imminent',
  'risk',
  'latent',
] as const satisfies readonly DeadlockKind[];

export interface LockEpisodeOptions {
  readonly database: string;
  /** Default 1h. */
  readonly timeRange?: TimeExpression;
  readonly since?: TimeExpression;
  readonly until?: TimeExpression;
  readonly signal?: AbortSignal;
}

export interface DdlOptions {
  readonly database: string;
  /** `schema.table` (or a name on the search path) in the database of the connection. */
  readonly table: string;
  readonly signal?: AbortSignal;
}

export interface AddDatabaseOptions {
  /** The name by which the instance is known from then on. */
  readonly name: string;
  readonly type: EngineName | 'postgres' | 'mariadb' | 'mssql';
  /** URL. A password in it is used but neither stored nor shown. `?service=NAME&servicefile=PATH` as libpq has it. */
  readonly connectionString: string;
  /** Admin console of a pooler in front, `postgresql://user@host:6432/pgbouncer`. */
  readonly poolerConnectionString?: string;
}

/** Events of a running monitor, name to payload. */
export interface MonitorEvents {
  /** After each tick of an instance. */
  tick: { readonly instance: string; readonly atMs: number; readonly sessions: number };
  up: { readonly instance: string; readonly version: string };
  down: {
    readonly instance: string;
    readonly code: ErrorCode;
    readonly message: string;
    readonly remedy: string | null;
    readonly retryInMs: number | null;
  };
  /** The instance under this name is another server than before, or was restarted. */
  restarted: { readonly instance: string };
  missed: { readonly instance: string; readonly ticks: number };
  /** The cost governor slowed a lane down, or gave it back. */
  governor: {
    readonly instance: string;
    readonly lane: string;
    readonly everyMs: number;
    readonly reason: string;
  };
  /** Somebody waits behind a root blocker: at most two seconds after it began. */
  contention: {
    readonly instance: string;
    readonly episodeId: string;
    readonly atMs: number;
    readonly waiters: number;
    readonly rootId: string;
    readonly resource: LockResource;
  };
  contentionEnded: {
    readonly instance: string;
    readonly episodeId: string;
    readonly atMs: number;
    readonly durationMs: number;
    readonly peakWaiters: number;
    readonly rootId: string;
  };
  /** A deadlock happened: the server ended one of its parties. */
  deadlock: { readonly instance: string; readonly record: DeadlockRecord };
  /** One is foretold: `imminent`, `risk` or `latent`; once for each deadlockId and kind. */
  deadlockPredicted: { readonly instance: string; readonly record: DeadlockRecord };
  /** A sink lost rows (disk full): how many so far. */
  loss: { readonly table: string; readonly rows: number };
}
