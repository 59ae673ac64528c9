import type { Lane } from '../core/probe.js';
import type { Budget } from './budget.js';

/** Given up in this order; the tick itself never. */
const LANES: readonly Lane[] = ['digests', 'counters', 'locks'];
const STEPS = [1, 2, 4, 8];
const LAST_LEVEL = LANES.length * (STEPS.length - 1);
const WINDOW_MS = 30_000;

export interface GovernorChange {
  readonly lane: Lane;
  readonly factor: number;
  readonly reason: string;
}

/**
 * One instance's part in keeping the monitor's own CPU and that of its sessions below a share of the host: when it is to
 * save after a window, the next lane runs half as often; when there is plenty, the last one given up comes back a step.
 */
export class Governor {
  #usedNs = 0;
  #elapsedMs = 0;
  #level = 0;
  /** What a young collector compiles is not what watching costs: its first window is not judged. */
  #warm = false;

  constructor(
    private readonly budget: Budget,
    private readonly instance: string,
  ) {}

  /** How many times its interval a lane waits now. */
  factor(lane: Lane): number {
    const index = LANES.indexOf(lane);
    if (index < 0) return 1;
    const steps = Math.min(STEPS.length - 1, Math.max(0, this.#level - index * (STEPS.length - 1)));
    return STEPS[steps] as number;
  }

  /** Adds a tick's cost; returns what changed. */
  spend(usedNs: number, elapsedMs: number, cpuCount: number): readonly GovernorChange[] {
    this.#usedNs += usedNs;
    this.#elapsedMs += elapsedMs;
    if (this.#elapsedMs < WINDOW_MS) return [];
    const percent = this.#usedNs / 1e4 / this.#elapsedMs / cpuCount;
    this.#usedNs = 0;
    this.#elapsedMs = 0;
    const judged = this.#warm;
    this.#warm = true;
    if (!judged) return [];
    const next = this.budget.spent(this.instance, percent, this.#level < LAST_LEVEL);
    if (next === 'keep') return [];
    return this.#move(next === 'save' ? this.budget.saveSteps : -1);
  }

  #move(step: number): GovernorChange[] {
    const before = LANES.map((lane) => this.factor(lane));
    this.#level = Math.min(LAST_LEVEL, Math.max(0, this.#level + step));
    const { spentPercent, percent } = this.budget;
    const reason = `the monitor used ${spentPercent.toFixed(2)} % of the host, its budget is ${percent} %`;
    return LANES.flatMap((lane, index) => {
      const factor = this.factor(lane);
      return factor === before[index] ? [] : [{ lane, factor, reason }];
    });
  }
}
