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

type Seen = Pick<LockSession, 'id' | 'transactionStartedAtMs' | 'statementStartedAtMs' | 'digest'> & {
  readonly rowsModified?: number | null;
};

/** An ended transaction is remembered this long. */
const FORGET_MS = 30_000;
const SAME_MS = 0.5;
const SAME_BY_TIMER_MS = 60;

/** The transactions that are open, and which statement was seen to follow which within one. */
export class Transactions {
  readonly #open = new Map<string, Transaction>();
  readonly #followed = new Map<string, Map<string, number>>();
  readonly #named = new Map<string, { readonly startedAtMs: number; readonly key: string }>();
  #prunedAtMs = 0;

  /** Null for a session that is in no transaction. */
  see(session: Seen, atMs: number): Transaction | null {
    this.#prune(atMs);
    const key = this.#keyOf(session);
    if (key === null) return null;
    const known: Transaction = this.#open.get(key) ?? { key, steps: [], seenAtMs: atMs };
    known.seenAtMs = atMs;
    this.#open.set(key, known);
    const { digest, statementStartedAtMs: startedAtMs } = session;
    if (digest !== null && isNext(known.steps.at(-1), digest, session)) {
      this.followed(
        known.steps.map((step) => step.digest),
        digest,
      );
      known.steps.push({ digest, startedAtMs });
    }
    return known;
  }

  /** MySQL's times are of its timers, and the same start is told some milliseconds apart: the first telling names it. */
  #keyOf({ id, transactionStartedAtMs, rowsModified }: Seen): string | null {
    if (transactionStartedAtMs === null) return null;
    const known = this.#named.get(id);
    const most = (rowsModified ?? null) === null ? SAME_MS : SAME_BY_TIMER_MS;
    if (known !== undefined && Math.abs(known.startedAtMs - transactionStartedAtMs) < most) return known.key;
    const key = `${id}/${Math.round(transactionStartedAtMs)}`;
    this.#named.set(id, { startedAtMs: transactionStartedAtMs, key });
    return key;
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
    if (this.#named.size > 50_000) this.#named.clear();
  }
}

/** One statement after itself is told by its start only where that is exact; the same time comes with two roundings. */
function isNext(
  last: Step | undefined,
  digest: string,
  { rowsModified, statementStartedAtMs }: Seen,
): boolean {
  if (last === undefined || last.digest !== digest) return true;
  if ((rowsModified ?? null) !== null || last.startedAtMs === null || statementStartedAtMs === null)
    return false;
  return Math.abs(last.startedAtMs - statementStartedAtMs) > SAME_MS;
}
