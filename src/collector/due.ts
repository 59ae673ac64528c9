import type { ProcessCost } from '../core/process.js';
import { IDLE_EVERY_TICKS } from './deadlines.js';

/** With more tasks than this, reading all of them is most of what a tick costs. */
export const MANY = 300;
/** CPU per second below which a task is light: its cost comes some ticks later, none of it is lost. */
const LIGHT_NS_PER_SECOND = 1e6;
const LIGHT_EVERY_TICKS = 5;

/** Which processes or threads are read in this tick: idle ones seldom, light ones less often where there are many. */
export class DueTasks {
  readonly #light = new Set<number>();
  #ticks = 0;

  select(
    tasks: readonly number[],
    idle: ReadonlySet<number | null>,
    known: { has(task: number): boolean },
  ): readonly number[] {
    this.#ticks += 1;
    const many = tasks.length > MANY;
    return tasks.filter((task) => {
      if (!known.has(task)) return true;
      if (idle.has(task)) return (task + this.#ticks) % IDLE_EVERY_TICKS === 0;
      return !many || !this.#light.has(task) || (task + this.#ticks) % LIGHT_EVERY_TICKS === 0;
    });
  }

  learn(task: number, { cpuNs, elapsedMs }: ProcessCost): void {
    if ((cpuNs * 1000) / Math.max(1, elapsedMs) < LIGHT_NS_PER_SECOND) this.#light.add(task);
    else this.#light.delete(task);
  }

  forget(task: number): void {
    this.#light.delete(task);
  }
}
