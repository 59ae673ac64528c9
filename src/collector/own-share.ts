/** Asking the kernel takes it some 100 µs: with fifty instances at each tick of theirs that was a twentieth of our CPU. */
const ASK_EVERY_MS = 200;

/** CPU of this process, divided among the instances that it watches at each moment: they come and go. */
export class OwnShare {
  #usedNs: number;
  #askedMs: number;
  #shareNs = 0;

  /** `used`: CPU that the process used so far, ns; `among`: how many instances are watched now. */
  constructor(
    private readonly used: () => number,
    private readonly among: () => number,
    private readonly monotonicMs: () => number,
  ) {
    this.#usedNs = used();
    this.#askedMs = monotonicMs();
  }

  /** What an instance's share has come to, ns; never decreases, and is at most 200 ms old. */
  ns(): number {
    const nowMs = this.monotonicMs();
    if (nowMs - this.#askedMs < ASK_EVERY_MS) return this.#shareNs;
    this.#askedMs = nowMs;
    const used = this.used();
    this.#shareNs += (used - this.#usedNs) / Math.max(1, this.among());
    this.#usedNs = used;
    return this.#shareNs;
  }
}
