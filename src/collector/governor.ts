import type { Lane } from '../core/probe.js';

/** Given up in this order; the tick itself never. */
const LANES: readonly Lane[] = ['digests', 'counters', 'locks'];
const STEPS = [1, 2, 4, 8];
const WINDOW_MS = 30_000;

export interface GovernorChange {
  readonly lane: Lane;
  readonly factor: number;
  readonly reason: string;
}

/**
 * Keeps the monitor's own CPU and that of its sessions below a share of the host: over budget for a window, the next
 * lane runs half as often; below half the budget, the last one given up comes back a step.
 */
export class Governor {
  #usedNs = 0;
  #elapsedMs = 0;
  #level = 0;

  constructor(private readonly budgetPercent: number) {}

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
    if (percent > this.budgetPercent) return this.#move(1, percent);
    return percent < this.budgetPercent / 2 ? this.#move(-1, percent) : null;
  }

  #move(step: 1 | -1, percent: number): GovernorChange | null {
    const last = LANES.length * (STEPS.length - 1);
    const level = Math.min(last, Math.max(0, this.#level + step));
    if (level === this.#level) return null;
    const changed = Math.max(level, this.#level) - 1;
    this.#level = level;
    const lane = LANES[Math.floor(changed / (STEPS.length - 1))] as Lane;
    return {
      lane,
      factor: this.factor(lane),
      reason: `the monitor used ${percent.toFixed(2)} % of the host, its budget is ${this.budgetPercent} %`,
    };
  }
}
