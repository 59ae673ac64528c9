import type { SessionRow } from '../core/session.js';

/** Half of what was seen is forgotten in seven ticks: one tick alone rarely catches a read under way. */
const DECAY_PER_TICK = 0.9;

export interface ReadShare {
  readonly session: SessionRow;
  readonly digest: string | null;
  readonly bytes: number;
  /** By the server's own count, and one statement alone was seen reading. */
  readonly certain: boolean;
}

/** What one session has read through other processes, as far as it is known. Bytes are those of read calls, page cache included. */
export class IoAccount {
  /** Reads seen under way lately, bytes: by them the workers' reads of a tick are estimated. */
  weight = 0;
  /** Estimated to be read for it and not given yet. */
  estimated = 0;
  /** Given by estimate since the server last told, and read by the session itself since then. */
  #ahead = 0;
  #itself = 0;
  #told = 0;
  readonly #byDigest = new Map<string, number>();
  #lastDigest: string | null = null;

  constructor(private session: SessionRow) {}

  runs(session: SessionRow): void {
    this.session = session;
    if (session.state === 'active' && session.digest !== null) this.#lastDigest = session.digest;
  }

  /** Its reads under way in others at this tick, and what it read itself since the last one. */
  saw(inFlight: number, itself: number): void {
    this.#itself += itself;
    if (inFlight === 0) return;
    this.weight += inFlight;
    const digest = this.#lastDigest;
    if (digest !== null) this.#byDigest.set(digest, (this.#byDigest.get(digest) ?? 0) + inFlight);
  }

  estimate(bytes: number): void {
    this.estimated += bytes;
  }

  /** `read`: what the server counted for its statements that ended since it last told, bytes. */
  serverSays(read: number): void {
    this.#told += Math.max(0, read - this.#itself - this.#ahead);
    this.#itself = 0;
    this.#ahead = 0;
    this.estimated = 0;
  }

  /** What the server told and was not given yet. */
  takeTold(): ReadShare[] {
    const bytes = this.#told;
    this.#told = 0;
    return this.#shares(bytes, this.#byDigest.size <= 1);
  }

  /** What it is estimated to have read, when waiting is over; `scale` is what the estimates of all are worth. */
  takeEstimate(scale: number): ReadShare[] {
    const bytes = this.estimated * scale;
    this.#ahead += bytes;
    this.estimated = 0;
    return this.#shares(bytes, false);
  }

  #shares(bytes: number, certain: boolean): ReadShare[] {
    if (bytes === 0) return [];
    const { session } = this;
    const seen = [...this.#byDigest];
    const all = seen.reduce((sum, [, weight]) => sum + weight, 0);
    if (all === 0) return [{ session, digest: this.#lastDigest, bytes, certain }];
    return seen.map(([digest, weight]) => ({ session, digest, bytes: (bytes * weight) / all, certain }));
  }

  endTick(): void {
    this.weight = this.weight < 1024 ? 0 : this.weight * DECAY_PER_TICK;
    for (const [digest, weight] of this.#byDigest) {
      if (weight < 1024) this.#byDigest.delete(digest);
      else this.#byDigest.set(digest, weight * DECAY_PER_TICK);
    }
  }
}
