import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseResourceMonitor } from '../../src/index.js';
import type { BenchOptions, BenchResult } from '../run.js';
import { type LockServer, SESSIONS, startLockServer } from './servers.js';

const WAITERS = 200;
const EPISODES = 50;

/**
 * The lock lane with 1,000 sessions present. Cost: 200 of them wait for one row; CPU that the lane's round trips took in
 * the server, from /proc/<pid>/schedstat before and after each. Latency: a session begins to wait at a random moment;
 * until the monitor's event `contention`. `cold`: a monitor that has not seen a wait yet (only its tick looks);
 * `armed`: one that has, within ten minutes. Arguments: servers, e.g. `postgresql-18 mysql-9.7`.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const figures: Record<string, unknown> = {};
  for (const name of args.length > 0 ? args : ['postgresql-18']) {
    await using server = await startLockServer(name, say);
    const load = await startLoad(server, say);
    try {
      const cost = await measureCost(server, load, quick ? 5 : 20, say);
      const latency = await measureLatency(server, quick ? 10 : EPISODES, say);
      figures[name] = { ...cost, ...latency };
      if (!json) console.table(figures[name]);
    } finally {
      load.kill('SIGKILL');
    }
  }
  return { bench: 'locks', figures, peers: {}, runs: 1 };
}

async function startLoad(server: LockServer, say: (line: string) => void): Promise<ChildProcess> {
  const load = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'load-worker.ts'), server.type, String(server.port)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(load.stdout as NodeJS.ReadableStream, 'data');
  say(`${SESSIONS} sessions are there`);
  return load;
}

async function order(load: ChildProcess, line: string): Promise<void> {
  load.stdin?.write(`${line}\n`);
  await once(load.stdout as NodeJS.ReadableStream, 'data');
}

async function startMonitor(server: LockServer): Promise<DatabaseResourceMonitor> {
  const monitor = new DatabaseResourceMonitor();
  await monitor.addDatabase({ name: 'db', type: server.type, connectionString: server.url });
  await monitor.start();
  return monitor;
}

async function laneOf(monitor: DatabaseResourceMonitor) {
  const { items } = await monitor.getOverhead({ database: 'db' });
  const lane = items.filter(({ probe }) => ['locks', 'watch', 'lock-watch'].includes(probe));
  return {
    serverCpuMs: lane.reduce((sum, { serverCpuMs }) => sum + (serverCpuMs ?? 0), 0),
    runs: lane.reduce((sum, { runs }) => sum + runs, 0),
    failures: lane.reduce((sum, { failures }) => sum + failures, 0),
  };
}

async function measureCost(
  server: LockServer,
  load: ChildProcess,
  seconds: number,
  say: (line: string) => void,
) {
  await using monitor = await startMonitor(server);
  await sleep(3_000);
  const idle = await laneOf(monitor);
  await order(load, `pile ${WAITERS}`);
  await sleep(3_000);
  const before = await laneOf(monitor);
  const startedMs = performance.now();
  const own = process.cpuUsage();
  const ownWaits = await countOwnWaits(server, seconds * 1_000);
  const after = await laneOf(monitor);
  const elapsedMs = performance.now() - startedMs;
  const used = process.cpuUsage(own);
  await order(load, 'release');
  const runs = after.runs - before.runs;
  const cpuMs = after.serverCpuMs - before.serverCpuMs;
  say(`${runs} snapshots in ${Math.round(elapsedMs)} ms`);
  return {
    sessions: SESSIONS,
    waiters: WAITERS,
    roundTripsWithoutWaiters: idle.runs,
    snapshots: runs,
    failedSnapshots: after.failures,
    ...ownWaits,
    snapshotCpuMs: round(cpuMs / runs),
    snapshotEveryMs: round(elapsedMs / runs),
    lanePercentOfOneServerCore: round((100 * cpuMs) / elapsedMs),
    monitorProcessPercentOfOneCore: round((used.user + used.system) / 10 / elapsedMs),
  };
}

/** Looks about thirty times a second whether the monitor itself waits for a lock. */
async function countOwnWaits(server: LockServer, forMs: number): Promise<object> {
  if (server.ownWaits === null) {
    await sleep(forMs);
    return {};
  }
  const client = await server.connect();
  let looks = 0;
  let waits = 0;
  for (const endMs = performance.now() + forMs; performance.now() < endMs; looks += 1) {
    const { rows } = (await client.query(server.ownWaits)) as { rows: { n: number }[] };
    waits += rows[0]?.n ?? 0;
    await sleep(30);
  }
  await client.end();
  return { looksAtOurselves: looks, seenWaitingForALock: waits };
}

async function measureLatency(server: LockServer, episodes: number, say: (line: string) => void) {
  const armed: number[] = [];
  const cold: number[] = [];
  {
    await using monitor = await startMonitor(server);
    await episode(server, monitor, 10);
    for (let i = 0; i < episodes; i += 1) armed.push(await episode(server, monitor, 20 + i));
  }
  for (let i = 0; i < Math.ceil(episodes / 4); i += 1) {
    await using monitor = await startMonitor(server);
    cold.push(await episode(server, monitor, 200 + i));
  }
  const show = (all: number[]) => `p50 ${quantile(all, 0.5)}, p99 ${quantile(all, 0.99)} of ${all.length}`;
  say(`from the begin of a wait to its event, ms: armed ${show(armed)}; cold ${show(cold)}`);
  return {
    episodes: armed.length,
    eventP50Ms: quantile(armed, 0.5),
    eventP99Ms: quantile(armed, 0.99),
    coldEpisodes: cold.length,
    coldEventP50Ms: quantile(cold, 0.5),
    coldEventP99Ms: quantile(cold, 0.99),
  };
}

/** One session waits for another's row; ms until the event that names it. */
async function episode(server: LockServer, monitor: DatabaseResourceMonitor, id: number): Promise<number> {
  const [holder, victim] = [await server.connect(), await server.connect()];
  const ended = new Promise<void>((resolve) => {
    const off = monitor.on('contentionEnded', () => {
      off();
      resolve();
    });
  });
  const seen = new Promise<number>((resolve) => {
    const off = monitor.on('contention', () => {
      off();
      resolve(performance.now());
    });
  });
  await holder.query(`BEGIN; UPDATE item SET n = n + 1 WHERE id = ${id}`);
  // At any moment of the monitor's second.
  await sleep(Math.random() * 1_000);
  const startedMs = performance.now();
  const waiting = victim.query(`UPDATE item SET n = n + 1 WHERE id = ${id}`);
  const seenMs = await Promise.race([seen, sleep(10_000).then(() => Number.POSITIVE_INFINITY)]);
  await holder.query('ROLLBACK');
  await waiting;
  await Promise.race([ended, sleep(3_000)]);
  for (const client of [holder, victim]) await client.end();
  return round(seenMs - startedMs);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
