import type { ClientProcess } from './host.js';
import type { DeadlockRecord, LockEdgeSample, LockEpisode, LockSessionSample } from './lock-samples.js';
import type { ProcessCost } from './process.js';
import type { SessionRow } from './session.js';
import type { StatementDelta, StatementText } from './statement.js';
import type { UsageEntry } from './usage.js';

/** One session at one tick. */
export interface SessionSample {
  readonly atMs: number;
  readonly instance: string;
  /** Stable id: core/ids sessionIdOf. */
  readonly sessionId: string;
  readonly statementId: string | null;
  /** Its times are by the collector's clock like `atMs`, but for `startedAtMs`, which names the session. */
  readonly row: SessionRow;
  /** Null where the operating system's figures cannot be given to sessions. */
  readonly cost: ProcessCost | null;
  readonly client: ClientProcess | null;
}

/** One instance at one tick. */
export interface InstanceTick {
  readonly atMs: number;
  readonly instance: string;
  readonly elapsedMs: number;
  /** `blackout`: the server refuses us, but its processes are still sampled. */
  readonly state: 'up' | 'blackout' | 'down';
  /** Ticks lost since the previous one. */
  readonly missedTicks: number;
  readonly sessionsActive: number;
  readonly sessionsIdle: number;
  readonly sessionsIdleInTransaction: number;
  readonly sessionsBackground: number;
  readonly maxConnections: number | null;
  /** All processes of the instance; null where they are not on this host. */
  readonly cpuNs: number | null;
  readonly runQueueNs: number | null;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly anonBytes: number | null;
  /** How often its processes were given a CPU: context switches to them. */
  readonly timeslices: number | null;
  readonly minorFaults: number | null;
  readonly majorFaults: number | null;
  /** Waiting for the block layer, all processes together; null unless kernel.task_delayacct is on. */
  readonly blockIoDelayMs: number | null;
  /** CPU of our own sessions on the server. */
  readonly monitorServerCpuNs: number | null;
  /** CPU of this process that went into this instance's tick. */
  readonly monitorCpuNs: number;
  /** Round trip of the session snapshot. */
  readonly snapshotMs: number | null;
}

/** Digest counters as differences, with the statement's stable id. */
export interface StatementCounterSample extends StatementDelta {
  readonly instance: string;
  readonly statementId: string;
}

/** A server-wide number over an interval: the increase of a counter, or the value of a gauge. */
export interface CounterSample {
  readonly atMs: number;
  readonly instance: string;
  readonly name: string;
  readonly object: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
  /** Length of the interval for counters, 0 for gauges. */
  readonly elapsedMs: number;
}

/** A number of the host or one of its devices; names as in HostReading, e.g. `cpu.userNs`, `disk.readBytes`. */
export interface HostSample {
  readonly atMs: number;
  readonly name: string;
  readonly object: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
  readonly elapsedMs: number;
}

/** Something that happened to an instance or to the monitor itself. */
export interface EventSample {
  readonly atMs: number;
  readonly instance: string | null;
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly message: string;
}

/** The tables of the store, and what one row of each is. docs/data-model.md describes the stored columns. */
export interface TableRows {
  session_samples: SessionSample;
  statement_usage: UsageEntry;
  statement_counters: StatementCounterSample;
  statements: StatementText;
  instance_ticks: InstanceTick;
  instance_counters: CounterSample;
  host_samples: HostSample;
  events: EventSample;
  lock_edges: LockEdgeSample;
  lock_sessions: LockSessionSample;
  lock_episodes: LockEpisode;
  deadlocks: DeadlockRecord;
}

export type TableName = keyof TableRows;

/** Where samples go. `append` never blocks and never throws: what cannot be kept is counted. */
export interface SampleSink extends AsyncDisposable {
  append<T extends TableName>(table: T, rows: readonly TableRows[T][]): void;
  /** Rows appended so far are readable by others and survive kill -9 once this resolves. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
