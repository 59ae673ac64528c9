import type { LockSession } from '../../../core/locks.js';

/** A transaction as far as it was seen: its statements in the order in which they were seen, each once. */
export interface Transaction {
  readonly key: string;
  readonly steps: Step[];
  seenAtMs: number;
}

export interface Step {
  readonly digest: string;
  readonly startedAtMs: number | null;
}

type Seen = Pick<LockSession, 'id' | 'transactionStartedAtMs' | 'statementStartedAtMs' | 'digest'>;

/** An ended transaction is remembered this long. */
const FORGET_MS = 30_000;
const SAME_MS = 0.5;

/** The transactions that are open, and which statement was seen to follow which within one. */
export class Transactions {
  readonly #open = new Map<string, Transaction>();
  readonly #followed = new Map<string, Map<string, number>>();
  #prunedAtMs = 0;

  /** Null for a session that is in no transaction. */
  see(session: Seen, atMs: number): Transaction | null {
    this.#prune(atMs);
    if (session.transactionStartedAtMs === null) return null;
    const key = transactionKey(session);
    const known: Transaction = this.#open.get(key) ?? { key, steps: [], seenAtMs: atMs };
    known.seenAtMs = atMs;
    this.#open.set(key, known);
    const last = known.steps.at(-1);
    const startedAtMs = session.statementStartedAtMs;
    if (session.digest !== null && (last === undefined || isOther(last.startedAtMs, startedAtMs))) {
      this.followed(
        known.steps.map(({ digest }) => digest),
        session.digest,
      );
      known.steps.push({ digest: session.digest, startedAtMs });
    }
    return known;
  }

  /** A transaction that ran `earlier` ran `digest` after it. */
  followed(earlier: readonly string[], digest: string): void {
    for (const before of new Set(earlier)) {
      const after = this.#followed.get(before) ?? new Map<string, number>();
      after.set(digest, (after.get(digest) ?? 0) + 1);
      this.#followed.set(before, after);
    }
  }

  /** How often `digest` was seen after `earlier` in one transaction. */
  timesFollowed(earlier: string, digest: string): number {
    return this.#followed.get(earlier)?.get(digest) ?? 0;
  }

  #prune(atMs: number): void {
    if (atMs - this.#prunedAtMs < FORGET_MS) return;
    this.#prunedAtMs = atMs;
    for (const [key, { seenAtMs }] of this.#open) if (atMs - seenAtMs > FORGET_MS) this.#open.delete(key);
  }
}

export function transactionKey({
  id,
  transactionStartedAtMs,
}: Pick<Seen, 'id' | 'transactionStartedAtMs'>): string {
  return `${id}/${transactionStartedAtMs === null ? '?' : Math.round(transactionStartedAtMs)}`;
}

/** The same time comes from two views with different rounding. */
function isOther(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a !== b : Math.abs(a - b) > SAME_MS;
}
