import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueriesReport } from '../../src/core/query-report.js';
import { type PrivatePostgres, startPostgresServer } from '../../src/lab/postgresql/index.js';
import { mergeSegments } from '../../src/store/merge.js';
import { hourOf } from '../../src/store/segments.js';
import { configOf, nameOf, startCollector } from '../overhead/collector.js';
import type { BenchOptions, BenchResult } from '../run.js';
import { multiply } from './multiply.js';
import { peerBytesPerValue } from './peers.js';
import { sampleSize } from './size.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
/** What `collect --url` calls its instance. */
const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';

/**
 * Bytes per session sample in sealed hours of a pgbench run that was really collected; the same values in Prometheus
 * and VictoriaMetrics; and how long a cold `queries` over one hour of 1,000 sessions a second takes while a collector
 * writes into the same directory.
 */
export async function run({ json, quick }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  await using server = await startPostgresServer({
    version: existsSync(PGBENCH) ? 'debian' : 'any',
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: { max_connections: 200 },
    onProgress: say,
  });
  const directory = mkdtempSync(join(tmpdir(), 'dbvitals-bench-store-'));
  try {
    const collector = await startCollector([server.url()], directory);
    const load = startPgbench(server, quick ? 20 : 600);
    await once(load, 'exit');
    await stop(collector.child);
    const later = new Date(Date.now() + 2 * 3_600_000);
    await mergeSegments(directory, hourOf(later.getTime()), later.getTime(), 0);
    await mergeSegments(directory, hourOf(later.getTime()), later.getTime(), 0);
    const size = await sampleSize(directory);
    say(`${size.rows} samples, ${size.bytesPerSample} bytes each`);
    const peers = await peerBytesPerValue(directory, say);
    const hourSeconds = quick ? 600 : 3_600;
    const rows = await multiply(directory, hourSeconds, 1_000);
    say(`${rows} samples of an hour of 1,000 sessions are in place`);
    const writing = await startCollector([server.url()], directory);
    // A moderate load: what is measured is the reader beside a writer, not who gets a saturated CPU.
    const again = startPgbench(server, 60, ['-R', '300']);
    await sleep(5_000);
    const seconds: number[] = [];
    try {
      for (let n = 0; n < 5; n += 1) seconds.push(coldAnswerSeconds(directory, hourSeconds / 2));
    } finally {
      await stop(writing.child);
      again.kill('SIGKILL');
    }
    const figures = {
      ...size,
      hourRows: rows,
      coldQueriesSeconds: seconds.map((each) => each.toFixed(2)).join(' '),
    };
    if (!json) console.table(figures);
    if (!json) console.table(peers);
    return { bench: 'store', figures, peers, runs: 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function startPgbench(server: PrivatePostgres, seconds: number, more: readonly string[] = []): ChildProcess {
  const at = ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'postgres', 'postgres'];
  spawnSync(PGBENCH, ['-i', '-q', '-s', '5', ...at], { stdio: 'ignore' });
  return spawn(PGBENCH, ['-c', '60', '-j', '2', '-T', String(seconds), ...more, ...at], { stdio: 'ignore' });
}

/** A whole process, from its start to its exit. The instance is a configured one: of a mere URL nothing is looked up. */
function coldAnswerSeconds(directory: string, leastTicks: number): number {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      MAIN,
      'queries',
      nameOf(0),
      '--config',
      configOf(directory),
      '--data-dir',
      directory,
      '--since',
      '1h',
      '--json',
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`queries failed: ${stderr}`);
  const { window, items } = JSON.parse(stdout) as QueriesReport;
  if ((window?.samples ?? 0) < leastTicks || items.length === 0)
    throw new Error(`that was not the hour: ${window?.samples} ticks, ${items.length} rows`);
  return seconds;
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
