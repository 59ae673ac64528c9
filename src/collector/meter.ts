import type { OverheadItem } from '../core/instance-report.js';

interface Cost {
  runs: number;
  failures: number;
  skipped: number;
  totalMs: number;
  rows: number;
}

/** What each probe costs: round trips, rows, failures. */
export class Meter {
  readonly #costs = new Map<string, Cost>();

  ran(probe: string, elapsedMs: number, rows: number): void {
    const cost = this.#of(probe);
    cost.runs += 1;
    cost.totalMs += elapsedMs;
    cost.rows += rows;
  }

  failed(probe: string): void {
    this.#of(probe).failures += 1;
  }

  items(): OverheadItem[] {
    return [...this.#costs].map(([probe, cost]) => ({
      probe,
      runs: cost.runs,
      failures: cost.failures,
      skipped: cost.skipped,
      meanMs: cost.runs === 0 ? null : cost.totalMs / cost.runs,
      rows: cost.rows,
      cpuMs: null,
      serverCpuMs: null,
    }));
  }

  #of(probe: string): Cost {
    const known = this.#costs.get(probe);
    if (known !== undefined) return known;
    const cost: Cost = { runs: 0, failures: 0, skipped: 0, totalMs: 0, rows: 0 };
    this.#costs.set(probe, cost);
    return cost;
  }
}
