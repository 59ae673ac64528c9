import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadlockRecord, LockEdgeSample, LockSessionSample } from '../../src/core/lock-samples.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { startMysqlServer } from '../../src/lab/mysql/index.js';
import { startPostgresServer } from '../../src/lab/postgresql/index.js';
import { openStoreReader } from '../../src/store/index.js';
import { MIXES, type Mix } from './mixes.js';
import { relationOrderPatterns } from './relation-order.js';
import { type BenchEngine, schemaOf, setupOf } from './sql.js';

export interface MixRun {
  readonly mix: string;
  readonly engine: BenchEngine;
  readonly contention: string;
  readonly truth: readonly string[];
  readonly told: readonly {
    readonly pattern: string;
    readonly atSeconds: number;
    readonly probability: number;
  }[];
  /** Real deadlocks, by their clients; seconds since the load began. */
  readonly firstDeadlockSeconds: number | null;
  readonly deadlocks: number;
  readonly transactions: number;
  readonly seconds: number;
  readonly risks: number;
  readonly risksHappened: number;
  readonly baseline: readonly string[];
}

export interface Contention {
  readonly name: string;
  readonly pauseMs: number;
}

const SESSIONS = 24;
/** Rows of the mixes are meant for 32 sessions without a pause. */
const ROWS_FACTOR = 0.5;

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  run(statements: readonly string[]): Promise<void>;
}

/** Mixes side by side on one server, each in a schema of its own, watched by one monitor with its store. */
export async function runMixes(
  engine: BenchEngine,
  names: readonly string[],
  contention: Contention,
  seconds: number,
  seed: number,
): Promise<MixRun[]> {
  const mixes = MIXES.filter(({ name }) => names.includes(name));
  await using server = await start(engine);
  for (const mix of mixes) await server.run(setupOf(mix, Math.round(mix.rows * ROWS_FACTOR), engine));
  const directory = mkdtempSync(join(tmpdir(), 'dbvitals-bench-deadlocks-'));
  const told: DeadlockRecord[] = [];
  const monitor = new DatabaseResourceMonitor({ dataDir: directory });
  try {
    monitor.on('deadlockPredicted', ({ record }) => told.push(record));
    await monitor.addDatabase({ name: 'bench', type: engine, connectionString: server.url });
    await monitor.start();
    const load = startLoad(engine, server.port, seed, contention, mixes);
    const startedMs = Date.now();
    await sleep(seconds * 1000);
    load.child.kill('SIGTERM');
    await once(load.child, 'exit');
    await monitor.stop();
    const window = { fromMs: startedMs - 10_000, toMs: Date.now() };
    await using reader = await openStoreReader({ directory });
    const [records, edges, sessions] = await Promise.all([
      reader.deadlocks('bench', window),
      reader.lockEdges('bench', window),
      reader.lockSessions('bench', window),
    ]);
    const seen = { told, records, edges, sessions };
    return mixes.map((mix) => runOf(mix, engine, contention, startedMs, seconds, seen, load.lines));
  } finally {
    await monitor.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Seen {
  readonly told: readonly DeadlockRecord[];
  readonly records: readonly DeadlockRecord[];
  readonly edges: readonly LockEdgeSample[];
  readonly sessions: readonly LockSessionSample[];
}

interface Line {
  readonly deadlock?: string;
  readonly atMs?: number;
  readonly mix?: string;
  readonly transactions?: number;
}

function runOf(
  mix: Mix,
  engine: BenchEngine,
  contention: Contention,
  startedMs: number,
  seconds: number,
  { told, records, edges, sessions }: Seen,
  lines: readonly Line[],
): MixRun {
  const prefix = `${schemaOf(mix)}.`;
  const own = (names: readonly string[]) =>
    names.length > 0 && names.every((name) => name.includes(prefix) || name.startsWith('advisory'));
  const bare = (names: readonly string[]) => patternOf(names.map((name) => name.replace(prefix, '')));
  const ended = lines.filter(({ deadlock }) => deadlock === mix.name);
  const first = ended[0]?.atMs ?? null;
  const risks = records.filter(({ kind, resources }) => kind === 'risk' && own(resources));
  const relevant = edges.filter(({ resource }) => resource.relation === null || own([resource.relation]));
  return {
    mix: mix.name,
    engine,
    contention: contention.name,
    truth: mix.truth.map(patternOf),
    told: told
      .filter(({ kind, resources }) => kind === 'latent' && own(resources))
      .map(({ resources, atMs, probability }) => ({
        pattern: bare(resources),
        atSeconds: Math.round((atMs - startedMs) / 1000),
        probability: Number(probability.toFixed(2)),
      })),
    firstDeadlockSeconds: first === null ? null : Math.round((first - startedMs) / 1000),
    deadlocks: ended.length,
    transactions: lines.find((line) => line.mix === mix.name)?.transactions ?? 0,
    seconds,
    risks: risks.length,
    risksHappened: risks.filter(({ outcome }) => outcome === 'happened').length,
    baseline: relationOrderPatterns(relevant, sessions).filter(own).map(bare),
  };
}

/** Sets of tables; one table against itself is written twice. */
export function patternOf(names: readonly string[]): string {
  const different = [...new Set(names)].sort();
  return (different.length === 1 ? [different[0], different[0]] : different).join(' + ');
}

function startLoad(
  engine: BenchEngine,
  port: number,
  seed: number,
  { pauseMs }: Contention,
  mixes: readonly Mix[],
): { readonly child: ChildProcess; readonly lines: Line[] } {
  const args = [engine, port, seed, pauseMs, ROWS_FACTOR, SESSIONS, mixes.map(({ name }) => name).join(',')];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'load.ts'), ...args.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: Line[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
    lines.push(JSON.parse(line) as Line),
  );
  return { child, lines };
}

async function start(engine: BenchEngine): Promise<Server> {
  if (engine === 'postgresql') {
    const server = await startPostgresServer({
      version: '18',
      preload: ['pg_stat_statements'],
      settings: { max_connections: 400, shared_buffers: '64MB', fsync: 'off' },
    });
    const admin = await server.connect();
    await admin.query('CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals');
    await admin.end();
    return {
      port: server.port,
      url: server.url('postgres', 'dbvitals'),
      run: async (statements) => {
        const client = await server.connect();
        for (const statement of statements) await client.query(statement);
        await client.end();
      },
      [Symbol.asyncDispose]: () => server.stop(),
    };
  }
  const server = await startMysqlServer({
    version: 'mysql-9.7',
    settings: { 'max-connections': 400, 'innodb-flush-log-at-trx-commit': 2 },
  });
  return {
    port: server.port,
    url: server.url(),
    run: async (statements) => {
      const client = await server.connect();
      for (const statement of statements) await client.query(statement);
      await client.end();
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
