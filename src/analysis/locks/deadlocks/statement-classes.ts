import type { LockClass } from './classes.js';
import { refill } from './packed.js';
import type { Party, Scene } from './party.js';

/**
 * Which statement locks what: learnt from what waiters wait for, and from what a transaction holds more at one statement
 * than at the one before.
 */
export class StatementClasses {
  readonly #votes = new Map<string, Map<LockClass, number>>();
  readonly #taken = new Map<string, Map<LockClass, string | null>>();
  readonly #none: ReadonlySet<LockClass> = new Set();

  learn({ parties, waits }: Scene): void {
    for (const party of parties.values()) this.#noteHoldings(party);
    for (const { waiter, name } of waits) this.#vote(waiter.session.digest, name);
    if (this.#taken.size > 20_000) this.#taken.clear();
  }

  classesOf(digest: string): ReadonlySet<LockClass> {
    const votes = this.#votes.get(digest);
    return votes === undefined ? this.#none : new Set(votes.keys());
  }

  /** The statement at which this transaction was seen to take the class; null where it was not seen. */
  takenBy(party: Party, name: LockClass): string | null {
    const key = party.transaction?.key;
    return (key === undefined ? null : this.#taken.get(key)?.get(name)) ?? null;
  }

  /** Statements that were seen to lock something of the class. */
  takersOf(name: LockClass): string[] {
    return [...this.#votes].flatMap(([digest, votes]) => (votes.has(name) ? [digest] : []));
  }

  kept() {
    return { votes: this.#votes };
  }

  recall({ votes }: ReturnType<StatementClasses['kept']>): void {
    refill(this.#votes, votes);
  }

  #noteHoldings(party: Party): void {
    const { transaction, holds, session } = party;
    if (transaction === null || session.digest === null) return;
    const before = this.#taken.get(transaction.key);
    const taken = before ?? new Map<LockClass, string | null>();
    this.#taken.set(transaction.key, taken);
    const fresh = [...holds.keys()].filter((name) => !taken.has(name));
    // What is there at first sight was taken by this statement only if it is the first, and sure only if it is one thing.
    const bySight =
      before !== undefined ? transaction.steps.length > 1 : fresh.length === 1 && isFirstStatement(party);
    for (const name of fresh) {
      taken.set(name, bySight ? session.digest : null);
      if (bySight && party.waits.length === 0 && session.state !== 'active') this.#vote(session.digest, name);
    }
  }

  #vote(digest: string | null, name: LockClass): void {
    if (digest === null) return;
    const votes = this.#votes.get(digest) ?? new Map<LockClass, number>();
    votes.set(name, (votes.get(name) ?? 0) + 1);
    this.#votes.set(digest, votes);
  }
}

/** The statement that began the transaction: both have one time when it is no explicit one. */
export function isFirstStatement({ session, past, exact }: Party): boolean {
  const { statementStartedAtMs, transactionStartedAtMs, rowsModified } = session;
  if (exact) return past.length === 0;
  if (rowsModified !== null) return rowsModified === 0;
  return statementStartedAtMs !== null && statementStartedAtMs === transactionStartedAtMs;
}
