import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listSegments, liveSegments } from '../../src/store/segments.js';
import { query } from './query.js';

const VICTORIA = '/usr/bin/victoria-metrics';
/** What is a number in a session sample; the rest are labels of a series or cannot be kept by these peers at all. */
const VALUES = ['cpu_us', 'run_queue_us', 'read_kb', 'write_kb', 'anon_kb'];

/** The same numbers as one series per session and column, in Debian's Prometheus and VictoriaMetrics. */
export async function peerBytesPerValue(
  directory: string,
  say: (line: string) => void,
): Promise<Record<string, number | null>> {
  const files = JSON.stringify(
    liveSegments(listSegments(directory, 'session_samples')).map(({ path }) => path),
  ).replaceAll('"', "'");
  const columns = (await query<{ column_name: string }>(`DESCRIBE SELECT * FROM read_parquet(${files})`)).map(
    ({ column_name }) => column_name,
  );
  const values = VALUES.filter((name) => columns.includes(name));
  const rows = await query<Record<string, unknown>>(
    `SELECT session_id, at_ms, ${values.join(', ')} FROM read_parquet(${files}) ORDER BY session_id, at_ms`,
  );
  const own = await query<{ bytes: bigint }>(
    `SELECT sum(total_compressed_size) AS bytes FROM parquet_metadata(${files}) WHERE path_in_schema IN (${values.map((name) => `'${name}'`).join(', ')}, 'at_ms', 'session_id')`,
  );
  const count = rows.length * values.length;
  const work = mkdtempSync(join(tmpdir(), 'dbvitals-bench-peers-'));
  try {
    return {
      values: count,
      dbvitals: Number((Number(own[0]?.bytes ?? 0) / count).toFixed(3)),
      prometheus: prometheus(work, rows, values, count, say),
      victoriaMetrics: await victoria(work, rows, values, count, say),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** promtool writes the blocks that a server would have after its head was compacted. */
function prometheus(
  work: string,
  rows: readonly Record<string, unknown>[],
  values: readonly string[],
  count: number,
  say: (line: string) => void,
): number | null {
  const input = join(work, 'openmetrics.txt');
  const lines = values.flatMap((name) => [
    `# TYPE ${name} gauge`,
    ...rows.map(
      (row) => `${name}{session="${row.session_id}"} ${row[name] ?? 0} ${Number(row.at_ms) / 1000}`,
    ),
  ]);
  writeFileSync(input, `${lines.join('\n')}\n# EOF\n`);
  const { status, stderr, error } = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', input, join(work, 'blocks')],
    { encoding: 'utf8' },
  );
  if (error !== undefined || status !== 0) say(`no figure of Prometheus: ${error?.message ?? stderr}`);
  return error === undefined && status === 0 ? perValue(join(work, 'blocks'), count) : null;
}

async function victoria(
  work: string,
  rows: readonly Record<string, unknown>[],
  values: readonly string[],
  count: number,
  say: (line: string) => void,
): Promise<number | null> {
  if (!existsSync(VICTORIA)) {
    say('no figure of VictoriaMetrics: it is not installed');
    return null;
  }
  const port = await freePort();
  const data = join(work, 'victoria');
  const server = spawn(
    VICTORIA,
    [`-storageDataPath=${data}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=1y'],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  try {
    while (!(await fetch(`${url}/health`).catch(() => null))?.ok) await sleep(100);
    for (const name of values) {
      const body = rows
        .map((row) => `${name}{session="${row.session_id}"} ${row[name] ?? 0} ${row.at_ms}`)
        .join('\n');
      await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body });
    }
    await fetch(`${url}/internal/force_flush`);
    await fetch(`${url}/internal/force_merge`);
    await sleep(5_000);
    return perValue(join(data, 'data'), count);
  } finally {
    server.kill('SIGKILL');
  }
}

function perValue(directory: string, count: number): number {
  const { stdout } = spawnSync('du', ['-sb', directory], { encoding: 'utf8' });
  return Number((Number.parseInt(stdout, 10) / count).toFixed(3));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
