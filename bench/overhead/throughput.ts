import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Collector, startCollector, stopCollector } from './collector.js';
import type { Subject } from './subject.js';

/** What a young collector compiles is not what watching costs; the warm-up of its start is not enough for that. */
const WARM_UP_MS = 60_000;
const SETTLE_MS = 2_000;

/**
 * Transactions per second with and without the monitor, in random order within each pair, beside pairs without it on either
 * side. The load runs through, and so does the collector, stopped by SIGSTOP where there shall be none: between two runs of a
 * benchmark program throughput drifts by more than what is looked for.
 */
export async function compareThroughput(
  subject: Subject,
  pairs: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const blockMs = seconds * 1000 + SETTLE_MS;
  const load = subject.startThroughput(Math.ceil((2 * WARM_UP_MS + 4 * pairs * blockMs) / 1000));
  if (load === null) return { throughput: 'the benchmark program is not installed' };
  const perSecond = reports(load);
  const collector = await startCollector(subject.url);
  try {
    await sleep(WARM_UP_MS);
    const floor: number[] = [];
    const effect: number[] = [];
    const measure = async (watched: boolean) => {
      await setWatching(collector, watched);
      perSecond.length = 0;
      await sleep(seconds * 1000);
      return mean(perSecond);
    };
    for (let pair = 0; pair < pairs; pair += 1) {
      floor.push(ratio(await measure(false), await measure(false)));
      const withFirst = Math.random() < 0.5;
      const [first, second] = [await measure(withFirst), await measure(!withFirst)];
      effect.push(withFirst ? ratio(first, second) : ratio(second, first));
      say(
        `pair ${pair + 1}: floor ${floor.at(-1)?.toFixed(2)} %, with the monitor ${effect.at(-1)?.toFixed(2)} %`,
      );
    }
    return {
      throughputPairs: pairs,
      throughputSeconds: seconds,
      throughputChangePercent: summary(effect),
      floorPercent: summary(floor),
    };
  } finally {
    load.kill('SIGKILL');
    await setWatching(collector, true);
    await stopCollector(collector);
  }
}

/** What pgbench (`-P 1`) or sysbench (`--report-interval=1`) reports each second, as it comes. */
function reports({ stdout, stderr }: ChildProcess): number[] {
  const seen: number[] = [];
  for (const output of [stdout, stderr]) {
    if (output === null) continue;
    createInterface({ input: output }).on('line', (line) => {
      const [, before, after] = /tps: ([\d.]+)|([\d.]+) tps,/.exec(line) ?? [];
      if (before !== undefined || after !== undefined) seen.push(Number(before ?? after));
    });
  }
  return seen;
}

async function setWatching({ child }: Collector, watched: boolean): Promise<void> {
  child.kill(watched ? 'SIGCONT' : 'SIGSTOP');
  await sleep(SETTLE_MS);
}

function ratio(a: number, b: number): number {
  return 100 * (a / b - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean and 95 % interval (normal approximation). */
function summary(values: readonly number[]): string {
  const middle = mean(values);
  const variance =
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
  return `${middle.toFixed(2)} ± ${(1.96 * Math.sqrt(variance / values.length)).toFixed(2)}`;
}
