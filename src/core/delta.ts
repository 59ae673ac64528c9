/**
 * Counters become differences here and nowhere else. A difference exists only between two readings of the same
 * thing in the same epoch: first sight, a reset (the value fell), a restart (the epoch changed) give none.
 */
export interface CounterState {
  readonly epoch: string | number | null;
  readonly value: number;
}

/** The increase from `previous` to `next`, or null where there is none to speak of. */
export function increase(previous: CounterState | undefined, next: CounterState): number | null {
  if (previous === undefined || previous.epoch !== next.epoch) return null;
  const difference = next.value - previous.value;
  return difference >= 0 ? difference : null;
}

/** Both readings known and not fallen: their difference; else null. For fields that may be unknown. */
export function increaseOf(previous: number | null, next: number | null): number | null {
  if (previous === null || next === null || next < previous) return null;
  return next - previous;
}

/** Remembers the last reading of many counters by key and forgets those not seen for `keepRounds` rounds. */
export class CounterTable {
  readonly #last = new Map<string, CounterState & { readonly atMs: number; round: number }>();
  #round = 0;

  constructor(private readonly keepRounds = 3) {}

  /** Increase since the last reading of `key` and how long ago that was; null at first sight and after a reset. */
  next(key: string, reading: CounterState, atMs: number): { increase: number; elapsedMs: number } | null {
    const previous = this.#last.get(key);
    this.#last.set(key, { ...reading, atMs, round: this.#round });
    const difference = increase(previous, reading);
    return difference === null || previous === undefined
      ? null
      : { increase: difference, elapsedMs: atMs - previous.atMs };
  }

  endRound(): void {
    this.#round += 1;
    for (const [key, state] of this.#last) {
      if (this.#round - state.round > this.keepRounds) this.#last.delete(key);
    }
  }

  clear(): void {
    this.#last.clear();
  }
}
