import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import { taskOf } from '../core/session-key.js';
import { IDLE_EVERY_TICKS } from './deadlines.js';

/** With more tasks than this, reading all of them is most of what a tick costs. */
export const MANY = 300;
/** CPU per second below which a task is light: its cost comes some ticks later, none of it is lost. */
const LIGHT_NS_PER_SECOND = 1e6;
const LIGHT_EVERY_TICKS = 5;

/** Tasks of idle sessions, and since when they are. */
export type IdleTasks = ReadonlyMap<number | null, number | null>;

export function idleTasks(sessions: readonly SessionRow[]): IdleTasks {
  const idle = new Map<number | null, number | null>();
  for (const session of sessions)
    if (session.state === 'idle') idle.set(taskOf(session), session.stateChangedAtMs);
  return idle;
}

/**
 * Which processes or threads are read in this tick. Those of idle sessions seldom; but where there are few, those that
 * ran something since their last reading at once, because the counters of what they ran come at once too. Light ones
 * less often where there are many.
 */
export class DueTasks {
  readonly #light = new Set<number>();
  /** Since when a task's session was idle at its last reading; none: it was not. */
  readonly #idleSinceMs = new Map<number, number>();
  #ticks = 0;

  /** `clockErrorMs`: what the server's word of when a session became idle may change by while it stays so. */
  constructor(private readonly clockErrorMs: number) {}

  select(
    tasks: readonly number[],
    idle: IdleTasks,
    known: { has(task: number): boolean },
  ): readonly number[] {
    this.#ticks += 1;
    const many = tasks.length > MANY;
    const due: number[] = [];
    for (const task of tasks)
      if (!known.has(task) || (task + this.#ticks) % this.#everyTicks(task, idle, many) === 0) due.push(task);
    for (const task of many ? [] : due) {
      const sinceMs = idle.get(task) ?? null;
      if (sinceMs === null) this.#idleSinceMs.delete(task);
      else this.#idleSinceMs.set(task, sinceMs);
    }
    return due;
  }

  #everyTicks(task: number, idle: IdleTasks, many: boolean): number {
    if (idle.has(task) && (many || this.#untouched(task, idle.get(task) ?? null))) return IDLE_EVERY_TICKS;
    return many && this.#light.has(task) ? LIGHT_EVERY_TICKS : 1;
  }

  learn(task: number, { cpuNs, elapsedMs }: ProcessCost): void {
    if ((cpuNs * 1000) / Math.max(1, elapsedMs) < LIGHT_NS_PER_SECOND) this.#light.add(task);
    else this.#light.delete(task);
  }

  forget(task: number): void {
    this.#light.delete(task);
    this.#idleSinceMs.delete(task);
  }

  #untouched(task: number, sinceMs: number | null): boolean {
    const before = this.#idleSinceMs.get(task);
    if (sinceMs === null) return true;
    return before !== undefined && Math.abs(sinceMs - before) <= this.clockErrorMs;
  }
}
