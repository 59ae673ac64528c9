import type { Clock } from '../core/clock.js';

/** Below this part of the budget something comes back: a step changes less than the rest of it. */
const EASE_BELOW = 0.75;
/** What an instance said longer ago is not of now: it is down, or was removed. */
const FRESH_MS = 90_000;

interface Spending {
  readonly percent: number;
  readonly canSave: boolean;
  readonly atMs: number;
}

/** What watching all instances together may cost the host: this process and its sessions in the servers of this host. */
export class Budget {
  readonly #spending = new Map<string, Spending>();
  readonly #busyLanes = new Set<object>();

  /** `percent`: of all CPUs of the host. */
  constructor(
    readonly percent: number,
    private readonly clock: Clock,
  ) {}

  /** What all instances spent in their last windows, percent of the host. */
  get spentPercent(): number {
    return this.#fresh().reduce((sum, { percent }) => sum + percent, 0);
  }

  /** How much is too much: a step for each doubling above the budget. */
  get saveSteps(): number {
    return Math.max(1, Math.ceil(Math.log2(this.spentPercent / this.percent)));
  }

  /**
   * An instance spent this in its last window. `save`: there is too much spent, and this instance has more than its equal part
   * of what the budget leaves those that `canSave` something yet; `ease`: less than three quarters of the budget are spent.
   */
  spent(instance: string, percent: number, canSave: boolean): 'save' | 'ease' | 'keep' {
    this.#spending.set(instance, { percent, canSave, atMs: this.clock.monotonicMs() });
    const total = this.spentPercent;
    if (total < EASE_BELOW * this.percent) return 'ease';
    if (total <= this.percent || !canSave) return 'keep';
    const fresh = this.#fresh();
    const settled = fresh.reduce((sum, each) => sum + (each.canSave ? 0 : each.percent), 0);
    const part = (this.percent - settled) / fresh.filter((each) => each.canSave).length;
    return percent > part ? 'save' : 'keep';
  }

  /** Whether a lock lane has waits to look at: those that have share what is for looks. */
  looking(lane: object, busy: boolean): void {
    if (busy) this.#busyLanes.add(lane);
    else this.#busyLanes.delete(lane);
  }

  /** What each of the busy lanes may use, percent of the host. */
  lanePercent(part: number): number {
    return (part * this.percent) / Math.max(1, this.#busyLanes.size);
  }

  #fresh(): Spending[] {
    const since = this.clock.monotonicMs() - FRESH_MS;
    return [...this.#spending.values()].filter(({ atMs }) => atMs >= since);
  }
}
