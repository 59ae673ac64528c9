import type { StatementDelta } from '../core/statement.js';

type Sums = { -readonly [K in keyof StatementDelta]: StatementDelta[K] };

/** What the server's counters say since the last settlement; of a statement's columns only those that settling needs. */
export class Counted {
  #sums = new Map<string, Sums>();
  #readings = 0;

  add(deltas: readonly StatementDelta[]): void {
    this.#readings += 1;
    for (const delta of deltas) {
      const key = `${delta.digest}/${delta.database}/${delta.user}/${delta.topLevel}`;
      const sums = this.#sums.get(key);
      if (sums === undefined) {
        this.#sums.set(key, { ...delta });
        continue;
      }
      sums.calls += delta.calls;
      sums.execMs += delta.execMs;
      sums.ioMs = sum(sums.ioMs, delta.ioMs);
      sums.sharedReadBytes = sum(sums.sharedReadBytes, delta.sharedReadBytes);
    }
  }

  /** Null: the counters were not read since. */
  take(): StatementDelta[] | null {
    if (this.#readings === 0) return null;
    const sums = [...this.#sums.values()];
    this.#sums = new Map();
    this.#readings = 0;
    return sums;
  }
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
