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

  /** Adds a tick's cost; returns what changed, null for nothing. */
  spend(usedNs: number, elapsedMs: number, cpuCount: number): GovernorChange | null {
    this.#usedNs += usedNs;
    this.#elapsedMs += elapsedMs;
    if (this.#elapsedMs < WINDOW_MS) return null;
    const percent = this.#usedNs / 1e4 / this.#elapsedMs / cpuCount;
    this.#usedNs = 0;
    this.#elapsedMs = 0;
    const next = this.budget.spent(this.instance, percent, this.#level < LAST_LEVEL);
    return next === 'keep' ? null : this.#move(next === 'save' ? 1 : -1);
  }

  #move(step: 1 | -1): GovernorChange | null {
    const level = Math.min(LAST_LEVEL, Math.max(0, this.#level + step));
    if (level === this.#level) return null;
    const changed = Math.max(level, this.#level) - 1;
    this.#level = level;
    const lane = LANES[Math.floor(changed / (STEPS.length - 1))] as Lane;
    return {
      lane,
      factor: this.factor(lane),
      reason: `the monitor used ${this.budget.spentPercent.toFixed(2)} % of the host, its budget is ${this.budget.percent} %`,
    };
  }
}
