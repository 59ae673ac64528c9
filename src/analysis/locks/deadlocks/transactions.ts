import type { LockSession } from '../../../core/locks.js';
import { refill } from './packed.js';

/** A transaction as far as it was seen: its statements in the order in which they were seen, each once. */
export class Transaction {
  /** Begun with its first step, where one is known: an empty array that grows takes room for seventeen. */
  readonly steps: Step[];
  #key: string | null = null;

  constructor(
    readonly sessionId: string,
    readonly startedAtMs: number,
    public seenAtMs: number,
    first: Step | null,
  ) {
    this.steps = first === null ? [] : [first];
  }

  /** Printed when asked for: most transactions of a busy server never meet another. */
  get key(): string {
    this.#key ??= `${this.sessionId}/${Math.round(this.startedAtMs)}`;
    return this.#key;
  }
}

export interface Step {
  readonly digest: string;
  readonly startedAtMs: number | null;
}

type Seen = Pick<LockSession, 'id' | 'transactionStartedAtMs' | 'statementStartedAtMs' | 'digest'> & {
  readonly rowsModified?: number | null;
};

/** A session not seen in a transaction for this long is forgotten. */
const FORGET_MS = 30_000;
const SAME_MS = 0.5;
const SAME_BY_TIMER_MS = 60;

/** The newest transaction of a session, and the one before it: a reading of the locks may come after the next began. */
interface Known {
  newest: Transaction;
  before: Transaction | null;
}

/** The transactions that are open, and which statement was seen to follow which within one. */
export class Transactions {
  readonly #known = new Map<string, Known>();
  readonly #followed = new Map<string, Map<string, number>>();
  #prunedAtMs = 0;

  /** Null for a session that is in no transaction. */
  see(session: Seen, atMs: number): Transaction | null {
    this.#prune(atMs);
    const known = this.#transactionOf(session, atMs);
    if (known === null) return null;
    known.seenAtMs = atMs;
    const { digest, statementStartedAtMs: startedAtMs } = session;
    if (digest !== null && isNext(known.steps.at(-1), digest, session)) {
      if (known.steps.length > 0)
        this.followed(
          known.steps.map((step) => step.digest),
          digest,
        );
      known.steps.push({ digest, startedAtMs });
    }
    return known;
  }

  /** MySQL's times are of its timers, and the same start is told some milliseconds apart: the first telling names it. */
  #transactionOf(session: Seen, atMs: number): Transaction | null {
    const { id, transactionStartedAtMs, rowsModified, digest, statementStartedAtMs } = session;
    if (transactionStartedAtMs === null) return null;
    const most = (rowsModified ?? null) === null ? SAME_MS : SAME_BY_TIMER_MS;
    const known = this.#known.get(id);
    for (const each of known === undefined ? [] : [known.newest, known.before])
      if (each !== null && Math.abs(each.startedAtMs - transactionStartedAtMs) < most) return each;
    const first = digest === null ? null : { digest, startedAtMs: statementStartedAtMs };
    const transaction = new Transaction(id, transactionStartedAtMs, atMs, first);
    // At a thousand statements a second, keeping each for a while would be most of the memory.
    if (known === undefined) this.#known.set(id, { newest: transaction, before: null });
    else if (known.newest.startedAtMs < transactionStartedAtMs) {
      known.before = known.newest;
      known.newest = transaction;
    }
    return transaction;
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

  kept() {
    return { followed: this.#followed };
  }

  recall({ followed }: ReturnType<Transactions['kept']>): void {
    refill(this.#followed, followed);
  }

  #prune(atMs: number): void {
    if (atMs - this.#prunedAtMs < FORGET_MS) return;
    this.#prunedAtMs = atMs;
    for (const [id, { newest }] of this.#known)
      if (atMs - newest.seenAtMs > FORGET_MS) this.#known.delete(id);
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
