const KEPT = 200;

/**
 * The server's clock minus ours. Each reading gives it too large by its round trip, since the server tells its time at the
 * end: the smallest of the last ones is the nearest.
 */
export class ClockOffset {
  readonly #last: number[] = [];

  note(offsetMs: number): number {
    this.#last.push(offsetMs);
    if (this.#last.length > KEPT) this.#last.shift();
    return Math.min(...this.#last);
  }
}
