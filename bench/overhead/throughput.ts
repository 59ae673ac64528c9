import { setTimeout as sleep } from 'node:timers/promises';
import { type Collector, startCollector, stopCollector } from './collector.js';
import type { Subject } from './subject.js';

/** What a young collector compiles is not what watching costs; the warm-up of its start is not enough for that. */
const WARM_UP_MS = 60_000;
const SETTLE_MS = 2_000;

/**
 * Transactions per second with and without the monitor, in random order within each pair, beside pairs without it on either
 * side. It is one collector all the time, stopped by SIGSTOP where there shall be none.
 */
export async function compareThroughput(
  subject: Subject,
  pairs: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const collector = await startCollector(subject.url);
  try {
    if (subject.throughput(WARM_UP_MS / 1000) === null)
      return { throughput: 'the benchmark program is not installed' };
    const floor: number[] = [];
    const effect: number[] = [];
    const measure = async (watched: boolean) => {
      await setWatching(collector, watched);
      return subject.throughput(seconds) as number;
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
    await setWatching(collector, true);
    await stopCollector(collector);
  }
}

async function setWatching({ child }: Collector, watched: boolean): Promise<void> {
  child.kill(watched ? 'SIGCONT' : 'SIGSTOP');
  await sleep(SETTLE_MS);
}

function ratio(a: number, b: number): number {
  return 100 * (a / b - 1);
}

/** Mean and 95 % interval (normal approximation). */
function summary(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return `${mean.toFixed(2)} ± ${(1.96 * Math.sqrt(variance / values.length)).toFixed(2)}`;
}
