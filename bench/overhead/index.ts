import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHost } from '../../src/host/index.js';
import { type PrivatePostgres, startPostgresServer } from '../../src/lab/postgresql/index.js';
import { openStoreReader } from '../../src/store/index.js';
import type { BenchOptions, BenchResult } from '../run.js';
import { startCollector } from './collector.js';
import { compareThroughput } from './throughput.js';

const SESSIONS = 1_000;

/**
 * What watching 1,000 sessions costs. Workload: 1,000 connections, each running one statement after the other: most
 * wait in pg_sleep for about a second, twenty burn CPU, so that all cores are busy. Truth: /proc/<pid>/schedstat of the collector and
 * of its session in the server. Peer: `pg_activity --refresh 1` on the same server at the same time.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const seconds = Number(args[0] ?? (quick ? 30 : 600));
  await using server = await startPostgresServer({
    version: existsSync('/usr/lib/postgresql/15/bin/pgbench') ? 'debian' : 'any',
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: { max_connections: SESSIONS + 60, shared_buffers: '128MB' },
    onProgress: say,
  });
  const load = await startLoad(server);
  try {
    say(`${SESSIONS} sessions run; measuring for ${seconds} s`);
    const figures = await measure(server, seconds, say);
    load.kill('SIGTERM');
    await once(load, 'exit');
    const throughput = await compareThroughput(server, quick ? 2 : 10, quick ? 5 : 20, say);
    const result = { ...figures.own, ...throughput };
    if (!json) console.table(result);
    if (!json) console.table(figures.peers);
    return { bench: 'overhead', figures: result, peers: figures.peers, runs: 1 };
  } finally {
    load.kill('SIGKILL');
  }
}

async function startLoad(server: PrivatePostgres): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'load.ts'), String(server.port), String(SESSIONS)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

async function measure(server: PrivatePostgres, seconds: number, say: (line: string) => void) {
  const host = openHost();
  const collector = await startCollector(server);
  const peer = startPeer(server);
  await sleep(5_000);
  const admin = await server.connect();
  const pidOf = async (application: string) => {
    const { rows } = await admin.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE application_name = $1',
      [application],
    );
    return rows.map(({ pid }) => pid);
  };
  const own = collector.child.pid as number;
  const groups = {
    own: [own],
    ownServer: await pidOf('dbvitals'),
    peer: peer === null ? [] : descendants(host, peer.pid as number),
    peerServer: await pidOf('pg_activity'),
  };
  const cpuNs = (pids: readonly number[]) =>
    [...host.readProcesses(pids).values()].reduce((sum, each) => sum + each.cpuNs, 0);
  // schedstat of a process counts its main thread; Node's helper threads are read one by one.
  const ownNs = () =>
    [...host.readThreads(own, threadsOf(own)).values()].reduce((sum, each) => sum + each.cpuNs, 0);
  const before = {
    own: ownNs(),
    ownServer: cpuNs(groups.ownServer),
    peer: cpuNs(groups.peer),
    peerServer: cpuNs(groups.peerServer),
    at: performance.now(),
    host: await host.read(),
  };
  const residentMb: number[] = [];
  for (let step = 0; step < 10; step += 1) {
    await sleep((seconds * 1000) / 10);
    residentMb.push(Math.round((host.readProcesses([own]).get(own)?.residentBytes ?? 0) / 2 ** 20));
    say(`${Math.round(((step + 1) * seconds) / 10)} s: ${residentMb.at(-1)} MB resident`);
  }
  const elapsedNs = (performance.now() - before.at) * 1e6;
  const share = (ns: number) => Number(((100 * ns) / elapsedNs / cpus().length).toFixed(3));
  const idle = (await host.read()).cpu.idleNs - before.host.cpu.idleNs;
  const figures = {
    sessions: SESSIONS,
    seconds,
    hostBusyPercent: Number((100 - (100 * idle) / elapsedNs / cpus().length).toFixed(1)),
    monitorPercentOfHost: share(ownNs() - before.own),
    monitorServerPercentOfHost: share(cpuNs(groups.ownServer) - before.ownServer),
    residentMb: residentMb.join(' '),
  };
  const peers = {
    pgActivityPercentOfHost: peer === null ? null : share(cpuNs(groups.peer) - before.peer),
    pgActivityServerPercentOfHost: peer === null ? null : share(cpuNs(groups.peerServer) - before.peerServer),
  };
  await admin.end();
  collector.child.kill('SIGTERM');
  await once(collector.child, 'exit');
  await using reader = await openStoreReader({ directory: collector.directory });
  const ticks = await reader.ticks('adhoc', { fromMs: 0, toMs: Date.now() });
  rmSync(collector.directory, { recursive: true, force: true });
  peer?.kill('SIGKILL');
  host.close();
  return { own: { ...figures, ticks: ticks.ticks, lostTicks: ticks.missedTicks }, peers };
}

/** pg_activity wants a terminal: `script` gives it one. */
function startPeer(server: PrivatePostgres): ChildProcess | null {
  if (!existsSync('/usr/bin/pg_activity')) return null;
  return spawn(
    'script',
    [
      '-qfc',
      `stty rows 50 cols 200; exec pg_activity --refresh 1 -h 127.0.0.1 -p ${server.port} -U postgres`,
      '/dev/null',
    ],
    { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, TERM: 'xterm-256color' } },
  );
}

function descendants(host: ReturnType<typeof openHost>, pid: number): number[] {
  return [pid, ...host.children(pid).flatMap((child) => descendants(host, child))];
}

function threadsOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}
