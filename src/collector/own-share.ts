/** CPU of this process, divided among the instances that it watches at each moment: they come and go. */
export class OwnShare {
  #usedNs: number;
  #shareNs = 0;

  /** `used`: CPU that the process used so far, ns. */
  constructor(private readonly used: () => number) {
    this.#usedNs = used();
  }

  /** What an instance's share has come to, ns; never decreases. `among`: instances that are watched now. */
  ns(among: number): number {
    const used = this.used();
    this.#shareNs += (used - this.#usedNs) / Math.max(1, among);
    this.#usedNs = used;
    return this.#shareNs;
  }
}
