import type { InstanceFacts } from './facts.js';
import type { DeadlockRecord, LockEdgeSample, LockEpisode, LockSessionSample } from './lock-samples.js';
import type { LockReading } from './locks.js';
import type { EventSample } from './samples.js';
import type { SessionRow } from './session.js';
import type { StatementDelta } from './statement.js';

/** What a tick shows of who runs what: the order of statements within transactions is learnt from it. */
export interface LockTick {
  readonly atMs: number;
  /** The server's clock minus ours. */
  readonly clockOffsetMs: number;
  readonly sessions: readonly SessionRow[];
  /** Digest counters as differences, in ticks in which they were read. */
  readonly statements: readonly StatementDelta[] | null;
  /** Statements that sessions finished since the last tick, in order, where the server keeps a history (MySQL). */
  readonly history: readonly TransactionStep[] | null;
  /** The server's own count of deadlocks went up by this much; null where it was not read. */
  readonly deadlocks: number | null;
}

/** One finished statement of a transaction, in order (MySQL: events_statements_history). */
export interface TransactionStep {
  readonly sessionId: string;
  /** Equal for statements of one transaction of one session. */
  readonly transaction: string;
  /** Order within the session. */
  readonly step: number;
  readonly digest: string;
  /** Between it and the session's step before, none was lost. */
  readonly follows: boolean;
  /** By the text of the statement. Null: not one row, or not by literals. */
  readonly row: NamedRow | null;
  /** Rows, or gaps by the key that is not in them, that it locks as others may at the same time. */
  readonly shares: readonly NamedRow[];
  /** It locks no row for itself alone. */
  readonly plainRead: boolean;
}

/** A row by the literals of a statement. The values are for comparing only: what is kept of the row is `key`, a hash. */
export interface NamedRow {
  readonly relation: string;
  readonly columns: ReadonlyMap<string, number | string>;
  readonly key: string;
  /** It is made by the statement: whether anybody else can want the same depends on what is unique. */
  readonly inserted: boolean;
}

/** What is to be kept and told after a reading; every list may be empty. */
export interface LockFindings {
  readonly edges: readonly LockEdgeSample[];
  readonly sessions: readonly LockSessionSample[];
  readonly episodes: readonly LockEpisode[];
  readonly deadlocks: readonly DeadlockRecord[];
  readonly events: readonly EventSample[];
  /** Our clock: a look at this time tells more than one a little later would; absent for none. */
  readonly lookAtMs?: number | undefined;
}

/** A deadlock as the server tells it: from its log or status text. */
export interface ReportedDeadlock {
  readonly atMs: number;
  readonly source: string;
  readonly victimId: string | null;
  readonly parties: readonly {
    readonly sessionId: string;
    readonly digest: string | null;
    readonly text: string | null;
    readonly waitsFor: string | null;
    readonly mode: string | null;
  }[];
}

/** What an analyst has learnt so far, as JSON has it: nobody but the analyst reads it. */
export type Learnt = Readonly<Record<string, unknown>>;

/** Where what was learnt outlives the process. */
export interface LearntStore {
  /** Null where there is nothing, or nothing that can be read. */
  load(instance: string): KeptLearnt | null;
  save(instance: string, kept: KeptLearnt): void;
}

export interface KeptLearnt {
  readonly atMs: number;
  /** The server's own identity, as far as it may be read: what was learnt of another one is of no use. */
  readonly identity: string | null;
  readonly learnt: Learnt;
}

/** Follows the locks of one instance from reading to reading. Pure: times come with what it is given. */
export interface LockAnalyst {
  connected(facts: InstanceFacts): void;
  tick(tick: LockTick): LockFindings;
  /** A snapshot while somebody waits; the first one without edges after that closes what was open. */
  observe(reading: LockReading): LockFindings;
  /** What long transactions hold, every ten seconds, whether or not anybody waits; says nothing about who waits. */
  held(reading: LockReading): LockFindings;
  reported(deadlocks: readonly ReportedDeadlock[]): LockFindings;
  learnt(): Learnt;
  /** Goes on from what an analyst of an earlier life had learnt; before anything else. */
  recall(learnt: Learnt): void;
}

export const NO_LOCK_FINDINGS: LockFindings = {
  edges: [],
  sessions: [],
  episodes: [],
  deadlocks: [],
  events: [],
};
