import { startCollector, stopCollector } from './collector.js';
import type { Subject } from './subject.js';

/** Transactions per second with and without the monitor, in random order within each pair, beside pairs without it on either side. */
export async function compareThroughput(
  subject: Subject,
  pairs: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const floor: number[] = [];
  const effect: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const [a, b] = [await measure(subject, seconds, false), await measure(subject, seconds, false)];
    if (a === null || b === null) return { throughput: 'the benchmark program is not installed' };
    floor.push(ratio(a, b));
    const withFirst = Math.random() < 0.5;
    const first = (await measure(subject, seconds, withFirst)) as number;
    const second = (await measure(subject, seconds, !withFirst)) as number;
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
}

async function measure(subject: Subject, seconds: number, watched: boolean): Promise<number | null> {
  const collector = watched ? await startCollector(subject.url) : null;
  const perSecond = subject.throughput(seconds);
  if (collector !== null) await stopCollector(collector);
  return perSecond;
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
