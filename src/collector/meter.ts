import type { OverheadItem } from '../core/instance-report.js';

interface Cost {
  runs: number;
  failures: number;
  skipped: number;
  totalMs: number;
  rows: number;
  serverCpuMs: number | null;
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

  /** CPU that a run took in the server, where that was measured by itself. */
  priced(probe: string, cpuMs: number): void {
    const cost = this.#of(probe);
    cost.serverCpuMs = (cost.serverCpuMs ?? 0) + cpuMs;
  }

  failed(probe: string): void {
    this.#of(probe).failures += 1;
  }

  items(instance: string): OverheadItem[] {
    return [...this.#costs].map(([probe, cost]) => ({
      instance,
      probe,
      runs: cost.runs,
      failures: cost.failures,
      skipped: cost.skipped,
      meanMs: cost.runs === 0 ? null : cost.totalMs / cost.runs,
      rows: cost.rows,
      cpuMs: null,
      serverCpuMs: cost.serverCpuMs,
    }));
  }

  #of(probe: string): Cost {
    const known = this.#costs.get(probe);
    if (known !== undefined) return known;
    const cost: Cost = { runs: 0, failures: 0, skipped: 0, totalMs: 0, rows: 0, serverCpuMs: null };
    this.#costs.set(probe, cost);
    return cost;
  }
}
