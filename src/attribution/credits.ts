import type { StatementDelta } from '../core/statement.js';

/** Readings that a credit waits for its execution to show up in the counters; an aborted statement never does. */
const MOST_READINGS = 3;

interface Credit {
  /** Execution time of the counters less what samples saw: below zero while the counters are behind. */
  balanceMs: number;
  readings: number;
}

/**
 * Executions that samples saw were paid for when they were seen, so their time must not count again when the server's
 * counters add them. Counters are read a moment after the sessions: either side may know of an end first, and the
 * balance is carried to the next reading.
 */
export class Credits {
  readonly #open = new Map<string, Credit>();

  add(digest: string, seenMs: number): void {
    const credit = this.#open.get(digest) ?? { balanceMs: 0, readings: 0 };
    credit.balanceMs -= seenMs;
    credit.readings = 0;
    this.#open.set(digest, credit);
  }

  /** Time of this reading that nobody was given yet, ms. Several rows of one digest share its credit. */
  freshMs(delta: StatementDelta): number {
    const ms = Math.max(0, delta.execMs - (delta.ioMs ?? 0));
    const credit = this.#open.get(delta.digest);
    if (credit === undefined) return ms;
    const used = Math.min(ms, -credit.balanceMs);
    credit.balanceMs += used;
    return ms - used;
  }

  endReading(): void {
    for (const [digest, credit] of this.#open) {
      credit.readings += 1;
      if (credit.balanceMs > -1e-6 || credit.readings >= MOST_READINGS) this.#open.delete(digest);
    }
  }
}
