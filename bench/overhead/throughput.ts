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

/**
 * Transactions per second with and without the monitor in blocks of seconds, four to a quad. The load runs through, and so does
 * the collector, stopped by SIGSTOP where there shall be none: between two runs of a benchmark program throughput drifts by
 * more than what is looked for.
 */
export async function compareThroughput(
  subject: Subject,
  pairs: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const count = Math.ceil(pairs / 2);
  const quadMs = 4 * (BLOCK_MS + SETTLE_MS);
  const load = subject.startThroughput(Math.ceil((2 * WARM_UP_MS + count * quadMs) / 1000));
  if (load === null) return { throughput: 'the benchmark program is not installed' };
  const perSecond = reports(load);
  const collector = await startCollector(subject.url);
  const measure = async (watched: boolean) => {
    await setWatching(collector, watched);
    perSecond.length = 0;
    await sleep(BLOCK_MS);
    return mean(perSecond);
  };
  try {
    await sleep(WARM_UP_MS);
    const quads: Quad[] = [];
    while (quads.length < count) {
      const inside = Math.random() < 0.5;
      const four = [
        await measure(!inside),
        await measure(inside),
        await measure(inside),
        await measure(!inside),
      ];
      quads.push({ watchedInside: inside, perSecond: four as unknown as Quad['perSecond'] });
      if (quads.length % 5 === 0)
        say(`${2 * quads.length} pairs: ${shown(effectOf(quads))}; floor ${shown(floorOf(quads))}`);
    }
    return {
      throughputChange: shown(effectOf(quads)),
      throughputFloor: shown(floorOf(quads)),
      pairs: 2 * count,
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shown({ medianPercent, lowPercent, highPercent }: Change): string {
  return `${medianPercent} % (95 %: ${lowPercent} to ${highPercent})`;
}
