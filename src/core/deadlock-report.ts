import type { DeadlockKind } from './lock-samples.js';
import type { Finding, Report } from './report.js';

/** `dbvitals.deadlocks/1`: deadlocks that happened, those foretold, and how good the predictions were. */
export interface DeadlocksReport extends Report<DeadlockItem> {
  readonly scores: DeadlockScores;
  readonly findings: readonly Finding[];
  /** Items that the limit left out; the newest are given. */
  readonly omitted: number;
}

export interface DeadlockItem {
  /** The same cycle, risk or pattern keeps it. */
  readonly deadlockId: string;
  readonly kind: DeadlockKind;
  /** When it happened, or was foretold. */
  readonly at: string;
  readonly parties: readonly DeadlockPartyItem[];
  readonly statements: readonly DeadlockStatement[];
  /** Tables and other things that it is about. */
  readonly resources: readonly string[];
  /** Session id of who was or will be ended. */
  readonly victim: string | null;
  /** When the server will act, or acted. */
  readonly expectedAt: string | null;
  readonly probability: number;
  /** Of a prediction: what came of it; null while that is open, and of what happened. */
  readonly outcome: 'happened' | 'resolved' | null;
  readonly outcomeAt: string | null;
  /** Of what happened: how long before it the first prediction that meant it was made; null where there was none. */
  readonly leadSeconds: number | null;
  /** Who told of it: `cycle`, `lock order`, `counter`, a log. */
  readonly source: string;
  readonly advice: string;
}

export interface DeadlockPartyItem {
  /** Null of a pattern, which is about programs and not about sessions. */
  readonly sessionId: string | null;
  readonly user: string | null;
  readonly application: string | null;
  /** In the order in which they ran. */
  readonly statementIds: readonly string[];
  readonly holds: readonly string[];
  readonly waitsFor: string | null;
  readonly mode: string | null;
}

export interface DeadlockStatement {
  readonly statementId: string;
  readonly text: string | null;
}

/** Own predictions of the window against what happened in it. Null where there was nothing to count. */
export interface DeadlockScores {
  /** Deadlocks that happened, and those of them that a prediction had meant. */
  readonly happened: number;
  readonly foretold: number;
  /** Predictions of 0.5 and more whose outcome is known, and those that came true. */
  readonly closed: number;
  readonly cameTrue: number;
  readonly precision: number | null;
  readonly recall: number | null;
  /** Mean squared difference of probability and outcome, over all predictions whose outcome is known. */
  readonly brier: number | null;
  /** From the first prediction to the deadlock. */
  readonly medianLeadSeconds: number | null;
}
