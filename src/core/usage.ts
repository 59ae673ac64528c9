import type { ProcessCost } from './process.js';
import type { SessionRow } from './session.js';
import type { StatementDelta } from './statement.js';
import type { WaitClass } from './wait-class.js';

/**
 * What a row of the ledger stands for. The sum over all kinds is the measured total of the instance's processes.
 * `statement`: one statement. `protocol`: parse, bind, commit and the wire protocol, which belong to no statement.
 * `session`: cost of client sessions that no statement could be named for, though the session is known.
 * `background`: the server's own processes, by backend type. `monitor`: our own sessions.
 * `unattributed`: processes that came and went between ticks, and everything else without an owner.
 */
export type UsageKind = 'statement' | 'protocol' | 'session' | 'background' | 'monitor' | 'unattributed';

/** One row of the ledger: what one statement (of one database, user, application and client) cost in one interval. */
export interface UsageEntry {
  readonly instance: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: UsageKind;
  readonly statementId: string | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly clientAddress: string | null;
  readonly backendType: string | null;
  readonly cpuNs: number;
  /** The part of cpuNs that is exact: the statement ran through the whole interval between two readings. */
  readonly exactCpuNs: number;
  /** Standard error of cpuNs. */
  readonly cpuErrorNs: number;
  readonly runQueueNs: number;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  /** Ticks at which it was seen running or waiting. */
  readonly samples: number;
  /** Sampled time by wait class, ms; classes never seen are left out. */
  readonly waitMs: Readonly<Partial<Record<WaitClass, number>>>;
  readonly anonPeakBytes: number | null;
  readonly tempPeakBytes: number | null;
  /** Executions seen to end, by duration: see core/duration-histogram. */
  readonly durations: readonly number[];
}

/** Input of one tick to the ledger. */
export interface AttributionTick {
  readonly atMs: number;
  /** Since the previous tick that was not lost. */
  readonly elapsedMs: number;
  /** Server clock minus ours, to compare statementStartedAtMs with atMs. */
  readonly clockOffsetMs: number;
  readonly sessions: readonly SessionRow[];
  readonly ownSessionIds: ReadonlySet<string>;
  /** Cost since the process was last read, by pid in this host's namespace (PostgreSQL: equal to osPid when local). */
  readonly processes: ReadonlyMap<number, ProcessCost>;
  /** CPU of processes of this instance that ended since the last tick and are in nobody's figures, ns. */
  readonly endedCpuNs: number;
  /** Names of tasks that no session mentions, where the kernel knows them. */
  readonly taskNames?: ReadonlyMap<number, string>;
  /** Tasks that run statements of whichever session comes next (a thread pool). */
  readonly sharedTasks?: ReadonlySet<number>;
  /** Present when the server's digest counters were read in this tick. */
  readonly statements: readonly StatementDelta[] | null;
  /** Session id to bytes that other processes read for it at this moment (PostgreSQL 18 io workers). */
  readonly ioInFlight: ReadonlyMap<string, number> | null;
  /** Session id to all that it has read since it began, by its statements that ended; absent in most ticks. */
  readonly sessionReads?: ReadonlyMap<string, number> | null;
}

/** Joins sessions with processes and keeps the per-statement ledger of one instance. */
export interface Attributor {
  tick(input: AttributionTick): void;
  /** Closes the interval up to `atMs` and returns its rows. */
  drain(atMs: number): readonly UsageEntry[];
  /** Forget everything that does not survive a server restart. */
  reset(): void;
}

/** The measured total of an instance and its parts; the parts sum to the total exactly. */
export interface Coverage {
  readonly cpuTotalNs: number;
  readonly cpuAttributedNs: number;
  readonly cpuBackgroundNs: number;
  readonly cpuUnattributedNs: number;
}
