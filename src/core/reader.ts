import type { DeadlockRecord, LockEdgeSample, LockEpisode, LockSessionSample } from './lock-samples.js';
import type { CounterSample, EventSample, InstanceTick, SessionSample } from './samples.js';
import type { StatementText } from './statement.js';
import type { UsageEntry } from './usage.js';
import type { WaitClass } from './wait-class.js';

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Every filter that is set must match exactly. */
export interface SampleFilter {
  readonly database?: string;
  readonly user?: string;
  readonly application?: string;
  readonly clientAddress?: string;
}

/** Reads what a collector wrote, beside it and without a lock, or what this process still has in memory. */
export interface SampleReader extends AsyncDisposable {
  instances(): Promise<readonly string[]>;
  /** Ledger rows summed over the window by (kind, statement, database, user, backendType). */
  usage(instance: string, window: Window, filter: SampleFilter): Promise<readonly UsageTotals[]>;
  /** Digest counters summed over the window by (statement, database, user). */
  counters(instance: string, window: Window, filter: SampleFilter): Promise<readonly CounterTotals[]>;
  /** The instance's ticks in the window, summed. */
  ticks(instance: string, window: Window): Promise<TickTotals>;
  /** The last sample of every session seen in the window. */
  sessions(instance: string, window: Window, filter: SampleFilter): Promise<readonly SessionSample[]>;
  latestTick(instance: string): Promise<InstanceTick | null>;
  texts(statementIds: readonly string[]): Promise<ReadonlyMap<string, StatementText>>;
  events(window: Window): Promise<readonly EventSample[]>;
  /** Edges of the wait graph seen in the window, oldest first. */
  lockEdges(instance: string, window: Window): Promise<readonly LockEdgeSample[]>;
  /** Sessions of the wait graph seen in the window, oldest first. */
  lockSessions(instance: string, window: Window): Promise<readonly LockSessionSample[]>;
  /** Episodes that overlap the window, each as last known. */
  lockEpisodes(instance: string, window: Window): Promise<readonly LockEpisode[]>;
  /** Deadlocks and predictions of the window, each as last known. */
  deadlocks(instance: string, window: Window): Promise<readonly DeadlockRecord[]>;
  /** Server-wide numbers by name, oldest first. */
  instanceCounters(
    instance: string,
    window: Window,
    names: readonly string[],
  ): Promise<readonly CounterSample[]>;
  /** What the sessions that ran something waited for in the window. */
  waits(instance: string, window: Window): Promise<readonly WaitTotals[]>;
  close(): Promise<void>;
}

/** Samples of active sessions by what they waited for; a sample is about one second of one session. */
export interface WaitTotals {
  readonly waitClass: WaitClass;
  readonly waitEvent: string | null;
  readonly samples: number;
}

/** UsageEntry over a window. Application and client are summed over (null) unless the filter names them. */
export type UsageTotals = UsageEntry;

export interface CounterTotals {
  readonly statementId: string;
  readonly database: string | null;
  readonly user: string | null;
  readonly calls: number;
  readonly rows: number;
  readonly execMs: number;
  readonly sharedHitBytes: number | null;
  readonly sharedReadBytes: number | null;
  readonly tempReadBytes: number | null;
  readonly tempWrittenBytes: number | null;
  readonly walBytes: number | null;
  readonly coveredMs: number;
}

export interface TickTotals {
  readonly ticks: number;
  /** Most client sessions at a tick; null without one. */
  readonly peakConnections: number | null;
  readonly missedTicks: number;
  readonly elapsedMs: number;
  readonly cpuNs: number | null;
  readonly runQueueNs: number | null;
  readonly monitorCpuNs: number;
  readonly monitorServerCpuNs: number | null;
  readonly blackoutTicks: number;
  /** First and last tick in the window, null when there is none. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}
