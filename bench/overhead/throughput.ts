import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';
import { startCollector, stopCollector } from './collector.js';

const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';

/** pgbench's transactions per second with and without the monitor, in random order within each pair, beside pairs without it on either side. */
export async function compareThroughput(
  server: PrivatePostgres,
  pairs: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  if (!existsSync(PGBENCH)) return { throughput: 'pgbench is not installed' };
  pgbench(server, ['-i', '-s', '10', '-q']);
  const floor: number[] = [];
  const effect: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    floor.push(ratio(await measure(server, seconds, false), await measure(server, seconds, false)));
    const withFirst = Math.random() < 0.5;
    const first = await measure(server, seconds, withFirst);
    const second = await measure(server, seconds, !withFirst);
    effect.push(withFirst ? ratio(first, second) : ratio(second, first));
    say(
      `pair ${pair + 1}: floor ${floor.at(-1)?.toFixed(2)} %, with the monitor ${effect.at(-1)?.toFixed(2)} %`,
    );
  }
  return { throughputPairs: pairs, throughputChangePercent: summary(effect), floorPercent: summary(floor) };
}

async function measure(server: PrivatePostgres, seconds: number, watched: boolean): Promise<number> {
  const collector = watched ? await startCollector(server) : null;
  const output = pgbench(server, ['-c', '8', '-j', '2', '-T', String(seconds), '-M', 'prepared']);
  if (collector !== null) await stopCollector(collector);
  return Number(/tps = ([\d.]+)/.exec(output)?.[1]);
}

function pgbench(server: PrivatePostgres, args: readonly string[]): string {
  return spawnSync(
    PGBENCH,
    ['-h', server.host, '-p', String(server.port), '-U', 'postgres', ...args, 'postgres'],
    { encoding: 'utf8' },
  ).stdout;
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
