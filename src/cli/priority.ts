import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import type { Logger } from '../core/logger.js';

/** Up at once, down when it has been quieter for so long. */
const QUIET_MS = 30_000;
const LOOK_MS = 1_000;

/**
 * How much of the scheduler's favour is needed beside so many that want each CPU. A fair share among hundreds is a few
 * milliseconds a second: ticks would be lost exactly when they matter, so that the weight (1.25 for each step, 1,024 at 0)
 * is to give a quarter of a CPU. No more than that: the scheduler spreads weight over the CPUs, and keeps others off the
 * one where a task of -20 runs for 2 % of the time (docs/decisions/0010).
 */
export function niceFor(runnablePerCpu: number): number {
  if (runnablePerCpu <= 3) return 0;
  if (runnablePerCpu <= 8) return -5;
  if (runnablePerCpu <= 25) return -10;
  return runnablePerCpu <= 80 ? -15 : -20;
}

/** The priority that the crowd of the last half minute asks for. Pure but for what it remembers. */
export class Favour {
  #seen: { readonly atMs: number; readonly nice: number }[] = [];

  next(runnablePerCpu: number, atMs: number): number {
    this.#seen = this.#seen.filter((each) => atMs - each.atMs < QUIET_MS);
    this.#seen.push({ atMs, nice: niceFor(runnablePerCpu) });
    return Math.min(...this.#seen.map(({ nice }) => nice));
  }
}

/** Follows the crowd on the CPUs until it is stopped. Needs CAP_SYS_NICE or LimitNICE=, and Linux; without it says so once. */
export function followCrowd(logger: Logger): () => void {
  const favour = new Favour();
  let current = 0;
  const look = () => {
    try {
      const wanted = favour.next(runnable() / availableParallelism(), performance.now());
      if (wanted === current) return;
      // Linux keeps it by thread: those that collect garbage must not wait behind the load either.
      for (const thread of readdirSync('/proc/self/task')) give(Number(thread), wanted);
      logger.debug({ nice: wanted }, 'priority follows the number of runnable processes');
      current = wanted;
    } catch {
      clearInterval(timer);
      logger.info({}, 'priority not raised (no CAP_SYS_NICE): ticks may be lost while all CPUs are busy');
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  look();
  return () => clearInterval(timer);
}

function give(thread: number, nice: number): void {
  try {
    setPriority(thread, nice);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as { info?: { code?: string } }).info?.code !== 'ESRCH') throw error;
  }
}

/** The fourth field of /proc/loadavg: `runnable/all`. */
function runnable(): number {
  const [, , , entities = ''] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  const count = Number(entities.split('/')[0]);
  if (!Number.isFinite(count)) throw new Error('no count of runnable processes');
  return count;
}
