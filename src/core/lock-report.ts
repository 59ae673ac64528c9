import type { LockHold } from './lock-samples.js';
import type { LockResourceKind } from './locks.js';
import type { Finding, Report } from './report.js';
import type { SessionClient } from './session-report.js';

/** `dbvitals.locks/1`: who blocks whom at one moment, and what that costs. */
export interface LocksReport extends Report<RootBlocker> {
  readonly graph: LockGraph;
  readonly longTransactions: readonly LongTransaction[];
  readonly xminHolders: readonly XminHolder[];
  readonly escalation: readonly Finding[];
  readonly findings: readonly Finding[];
}

export interface LockGraph {
  /** The moment shown; null when nobody waited. With a window: its worst moment. */
  readonly at: string | null;
  readonly nodes: readonly LockNode[];
  readonly edges: readonly LockGraphEdge[];
  /** Session ids that wait for one another. */
  readonly cycles: readonly (readonly string[])[];
}

/** One session, or one prepared transaction (`prepared:NAME`). */
export interface LockNode {
  /** The engine's own id. */
  readonly sessionId: string;
  readonly backendType: string | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly client: SessionClient | null;
  readonly state: string;
  readonly stateSeconds: number | null;
  readonly statementId: string | null;
  /** What it runs, or ran last. */
  readonly text: string | null;
  readonly holds: readonly LockHold[];
  readonly waitsFor: LockWait | null;
  readonly waitSeconds: number | null;
  readonly transactionAgeSeconds: number | null;
  readonly rowsModified: number | null;
  readonly rowsLocked: number | null;
  readonly locksHeld: number | null;
}

export interface LockWait {
  readonly mode: string;
  readonly kind: LockResourceKind;
  /** For a person: `row (0,5) of public.orders`. */
  readonly resource: string;
  readonly relation: string | null;
}

export interface LockGraphEdge {
  readonly waiter: string;
  readonly blocker: string;
  /** Who stands before the waiter in the same queue and waits for the same; null for none. */
  readonly behind: string | null;
  /** `soft`: the blocker waits itself, before this one in the queue. */
  readonly kind: 'hard' | 'soft';
  readonly mode: string;
  readonly resource: string;
  readonly waitSeconds: number | null;
  readonly confidence: number;
}

/** A session at the end of the chains (or a member of a cycle that nobody outside holds up). */
export interface RootBlocker {
  readonly sessionId: string;
  readonly user: string | null;
  readonly application: string | null;
  readonly client: SessionClient | null;
  readonly state: string;
  readonly stateSeconds: number | null;
  readonly statementId: string | null;
  readonly text: string | null;
  readonly transactionAgeSeconds: number | null;
  /** In a cycle: the server will break it, or nobody will. */
  readonly inCycle: boolean;
  /** Who stood behind it at the moment shown, directly or through others. */
  readonly blockedSessions: number;
  /** Their waiting time: of the window, or so far without one. A session behind two roots counts for both. */
  readonly blockedSessionSeconds: number;
  /** If it went at the moment shown; null when it did not block then. */
  readonly wouldFree: { readonly atOnce: number; readonly inTheEnd: number } | null;
  readonly rollbackCost: RollbackCost;
  /** Text for a person; never executed. */
  readonly advice: string;
}

/** What the server would have to undo. Null: this server does not count it. */
export interface RollbackCost {
  readonly rowsModified: number | null;
  readonly rowsLocked: number | null;
  readonly locksHeld: number | null;
  readonly text: string;
}

/** A transaction that has been open for long and what its locks stand against. */
export interface LongTransaction {
  readonly sessionId: string;
  readonly user: string | null;
  readonly application: string | null;
  readonly client: SessionClient | null;
  readonly state: string;
  readonly stateSeconds: number | null;
  readonly transactionAgeSeconds: number;
  readonly statementId: string | null;
  readonly text: string | null;
  readonly holds: readonly LockHold[];
  /** Counted by InnoDB, which lists a lock only where somebody waits for it; null elsewhere. */
  readonly rowsLocked: number | null;
  readonly rowsModified: number | null;
  readonly blockedSessions: number;
  /** Seconds that sessions waited in the window for tables it holds locks on. */
  readonly demandSeconds: number;
  readonly xminAge: number | null;
  /** 0 to 1: strength of what it holds against what is asked for, weighed with its age. */
  readonly criticality: number;
  readonly advice: string;
}

/** Who keeps vacuum (PostgreSQL) or purge (InnoDB) from removing what is dead. */
export interface XminHolder {
  readonly kind: 'session' | 'slot' | 'slotCatalog' | 'prepared' | 'standby' | 'history';
  readonly name: string;
  /** Transactions since (PostgreSQL), or undo records not yet purged (InnoDB `history`). */
  readonly age: number;
  readonly at: string;
  readonly advice: string;
}

/** `dbvitals.lock-episodes/1` */
export type LockEpisodesReport = Report<LockEpisodeItem>;

export interface LockEpisodeItem {
  readonly episodeId: string;
  readonly startedAt: string;
  /** Null while it lasts, and when the collector stopped before its end: see lastSeenAt. */
  readonly endedAt: string | null;
  readonly lastSeenAt: string;
  readonly seconds: number;
  readonly peakWaiters: number;
  readonly peakAt: string;
  readonly victims: number;
  readonly sessionSeconds: number;
  /** How many sessions headed it, one after another or together; `root` is the one that cost most. */
  readonly roots: number;
  readonly root: {
    readonly sessionId: string;
    readonly user: string | null;
    readonly application: string | null;
    readonly state: string;
    readonly statementId: string | null;
    readonly text: string | null;
    readonly sessionSeconds: number;
  };
  readonly resource: string;
  readonly relation: string | null;
  /** Statements that waited, most waiting first. */
  readonly statements: readonly { readonly statementId: string; readonly text: string | null }[];
}
