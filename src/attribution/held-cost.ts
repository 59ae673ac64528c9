import type { ProcessCost } from '../core/process.js';
import { type Amount, splitExactly } from './entries.js';

const NOTHING: Amount = { cpuNs: 0, runQueueNs: 0, readBytes: null, writeBytes: null };

/** What processes used that work for others, until it is known for whom. What is taken sums to what was added, exactly. */
export class HeldCost {
  #amount: Amount = NOTHING;
  #ticks = 0;
  /** Bytes through their read calls, page cache included: what shares are measured in. */
  bytes = 0;

  /** Bytes that this adds. */
  add(cost: ProcessCost): number {
    const bytes = cost.readCharBytes ?? 0;
    this.bytes += bytes;
    this.#amount = {
      cpuNs: this.#amount.cpuNs + cost.cpuNs,
      runQueueNs: this.#amount.runQueueNs + (cost.runQueueNs ?? 0),
      readBytes: sum(this.#amount.readBytes, cost.readBytes),
      writeBytes: sum(this.#amount.writeBytes, cost.writeBytes),
    };
    return bytes;
  }

  /** Ticks since something was first held. */
  tick(): number {
    this.#ticks = this.#amount === NOTHING ? 0 : this.#ticks + 1;
    return this.#ticks;
  }

  /** A part for each share in bytes; shares that are more than is held are scaled down to it. */
  take(shares: readonly number[]): Amount[] {
    const wanted = shares.reduce((all, bytes) => all + bytes, 0);
    if (wanted <= 0) return [];
    const left = Math.max(0, this.bytes - wanted);
    const parts = split(this.#amount, [...shares, left]);
    this.#amount = parts.pop() as Amount;
    this.bytes = left;
    return parts;
  }

  /** The rest, null when nothing is held. */
  takeAll(): Amount | null {
    const rest = this.#amount;
    this.#amount = NOTHING;
    this.bytes = 0;
    this.#ticks = 0;
    return rest.cpuNs > 0 || rest.runQueueNs > 0 || rest.readBytes || rest.writeBytes ? rest : null;
  }
}

function split(amount: Amount, weights: readonly number[]): Amount[] {
  const known = (value: number | null) => (value === null ? null : splitExactly(value, weights));
  const [cpu, runQueue] = [splitExactly(amount.cpuNs, weights), splitExactly(amount.runQueueNs, weights)];
  const [reads, writes] = [known(amount.readBytes), known(amount.writeBytes)];
  return weights.map((_, index) => ({
    cpuNs: cpu[index] as number,
    runQueueNs: runQueue[index] as number,
    readBytes: reads?.[index] ?? null,
    writeBytes: writes?.[index] ?? null,
  }));
}

function sum(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}
