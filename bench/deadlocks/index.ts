import type { PostgresVersion } from '../../src/lab/postgresql/index.js';
import type { BenchOptions, BenchResult } from '../run.js';
import { imminent, imminentCold } from './imminent.js';

const VERSIONS: readonly PostgresVersion[] = ['14', '15', '16', '17', '18'];

/**
 * Deadlocks told before they happen. `imminent [trials]`: circles that have closed, on PostgreSQL 14 to 18, against the
 * client's error 40P01.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const trials = Number(args[1] ?? (quick ? 20 : 100));
  const figures: Record<string, unknown> = {};
  for (const version of quick ? VERSIONS.slice(-1) : VERSIONS) {
    figures[version] = await imminent(version, trials, Number(version));
    say(`PostgreSQL ${version} ${JSON.stringify(figures[version])}`);
  }
  return { bench: 'deadlocks', figures, peers: {}, runs: 1 };
}
