import { LOCKS_EVERY_MS } from '../deadlines.js';

/**
 * From look to look at least so many times what one costs: 1.8 % of one core of the server. The limit is 2 %; the rest is
 * for what is not measured by itself (names, texts, connecting).
 */
const COST_TIMES = 55;
/** Looks whose cost on this host is remembered: a tick that ran meanwhile makes one of them dear, and the first are of code not yet compiled. */
const LOOKS = 5;
/** A snapshot slower than this, twice in a row, opens the breaker. */
const SLOW_MS = 100;
const FIRST_PAUSE_MS = 1_000;
/** A new jam is not to be told much later than this, however slow the server is. */
const LONGEST_PAUSE_MS = 16_000;

/**
 * What one snapshot took. `costMs`: CPU of the server where it is known, else the round trip. `elapsedMs`: the round trip,
 * without the time in which a CPU was lacking where that is known.
 */
export interface SnapshotCost {
  readonly costMs: number;
  readonly elapsedMs: number;
  /** CPU of this host that it took, in this process and, where the server is here, in the server. */
  readonly hostMs: number;
  readonly failed: boolean;
}

export interface NextSnapshot {
  /** From the start of this snapshot to the start of the next. */
  readonly waitMs: number;
  /** Where there is a reason to look sooner: the share of the server allows no less than this. */
  readonly leastMs: number;
  /** The breaker opened with this snapshot, or closed again. */
  readonly breaker: 'opened' | 'closed' | null;
}

/** How long to wait until the next look: the duty cycles and the latency breaker. Pure. */
export class Pace {
  #slow = 0;
  #pauseMs = FIRST_PAUSE_MS;
  readonly #hostMs: number[] = [];

  /** `hostTimes`: from look to look at least so many times what one costs this host; changes with what others need. */
  constructor(
    private readonly everyMs = LOCKS_EVERY_MS,
    private readonly hostTimes: () => number = () => 0,
  ) {}

  /** Too slow lately: looks are seldom. */
  get open(): boolean {
    return this.#slow >= 2;
  }

  /** `factor`: how many times its interval the governor makes the lane wait. */
  next({ costMs, elapsedMs, hostMs, failed }: SnapshotCost, factor: number): NextSnapshot {
    const leastMs = Math.max(COST_TIMES * costMs, this.hostTimes() * this.#usual(hostMs)) * factor;
    const waitMs = Math.max(this.everyMs * factor, leastMs);
    const wasOpen = this.open;
    if (!failed && elapsedMs <= SLOW_MS) {
      this.#slow = 0;
      this.#pauseMs = FIRST_PAUSE_MS;
      return { waitMs, leastMs, breaker: wasOpen ? 'closed' : null };
    }
    this.#slow += 1;
    if (!this.open) return { waitMs, leastMs, breaker: null };
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
    const slowMs = Math.max(waitMs, pauseMs);
    return { waitMs: slowMs, leastMs: slowMs, breaker: wasOpen ? null : 'opened' };
  }

  /** The median of the last looks; 0 until there are enough. */
  #usual(hostMs: number): number {
    this.#hostMs.push(hostMs);
    if (this.#hostMs.length > LOOKS) this.#hostMs.shift();
    const sorted = this.#hostMs.toSorted((a, b) => a - b);
    return sorted.length < LOOKS ? 0 : (sorted[LOOKS >> 1] as number);
  }
}
