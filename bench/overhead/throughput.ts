import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Collector, startCollector, stopCollector } from './collector.js';
import { type Change, effectOf, floorOf, type Quad } from './quads.js';
import type { Subject } from './subject.js';

/** What a young collector compiles is not what watching costs; the warm-up of its start is not enough for that. */
const WARM_UP_MS = 60_000;
const SETTLE_MS = 1_000;
const BLOCK_MS = 2_000;
/** What they cost stands so many times as far out of the noise; a virtual machine's speed changes by 9 % from second to second. */
const CROWD = 4;

/**
 * Transactions per second with and without the monitor in blocks of seconds, four to a quad; then with and without several
 * monitors at once, which tells more exactly what one costs. The load runs through, and so do the collectors, stopped by
 * SIGSTOP where there shall be none: between two runs of a benchmark program throughput drifts by more than what is looked for.
 */
export async function compareThroughput(
  subject: Subject,
  pairs: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const count = Math.ceil(pairs / 2);
  const quadsMs = 2 * count * 4 * (BLOCK_MS + SETTLE_MS);
  const load = subject.startThroughput(Math.ceil((3 * WARM_UP_MS + quadsMs) / 1000));
  if (load === null) return { throughput: 'the benchmark program is not installed' };
  const perSecond = reports(load);
  const collectors = await Promise.all(Array.from({ length: CROWD }, () => startCollector(subject.urls)));
  try {
    await sleep(WARM_UP_MS);
    await setWatching(collectors, false);
    const one = await quads(collectors.slice(0, 1), count, perSecond, say);
    const crowd = await quads(collectors, count, perSecond, say);
    return {
      throughputChange: shown(effectOf(one)),
      throughputFloor: shown(floorOf(one)),
      [`throughputChangeBy${CROWD}`]: shown(effectOf(crowd)),
      [`throughputFloorBy${CROWD}`]: shown(floorOf(crowd)),
      pairs: 2 * count,
    };
  } finally {
    load.kill('SIGKILL');
    await setWatching(collectors, true);
    await Promise.all(collectors.map(stopCollector));
  }
}

async function quads(
  collectors: readonly Collector[],
  count: number,
  perSecond: number[],
  say: (line: string) => void,
): Promise<Quad[]> {
  const measure = async (watched: boolean) => {
    await setWatching(collectors, watched);
    perSecond.length = 0;
    await sleep(BLOCK_MS);
    return mean(perSecond);
  };
  const done: Quad[] = [];
  while (done.length < count) {
    const inside = Math.random() < 0.5;
    const four = [
      await measure(!inside),
      await measure(inside),
      await measure(inside),
      await measure(!inside),
    ];
    done.push({ watchedInside: inside, perSecond: four as unknown as Quad['perSecond'] });
    if (done.length % 10 === 0)
      say(
        `${collectors.length} at once, ${2 * done.length} pairs: ${shown(effectOf(done))}; floor ${shown(floorOf(done))}`,
      );
  }
  await setWatching(collectors, false);
  return done;
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

async function setWatching(collectors: readonly Collector[], watched: boolean): Promise<void> {
  for (const { child } of collectors) child.kill(watched ? 'SIGCONT' : 'SIGSTOP');
  await sleep(SETTLE_MS);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shown({ medianPercent, lowPercent, highPercent }: Change): string {
  return `${medianPercent} % (95 %: ${lowPercent} to ${highPercent})`;
}
