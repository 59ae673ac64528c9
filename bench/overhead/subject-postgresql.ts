import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Client } from 'pg';
import type { HostReader } from '../../src/core/host.js';
import { startPostgresServer } from '../../src/lab/postgresql/index.js';
import { spawnLoad } from './collector.js';
import type { Subject } from './subject.js';

const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';

/** PostgreSQL (Debian's 15 where pgbench is at hand), beside pg_activity at 1 s. */
export async function startPostgresSubject(sessions: number, say: (line: string) => void): Promise<Subject> {
  const server = await startPostgresServer({
    version: existsSync(PGBENCH) ? 'debian' : 'any',
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: {
      max_connections: sessions + 60,
      shared_buffers: '512MB',
      checkpoint_timeout: '1h',
      max_wal_size: '8GB',
      autovacuum: 'off',
      full_page_writes: 'off',
    },
    onProgress: say,
  });
  const admin = await server.connect();
  const at = ['-h', server.host, '-p', String(server.port), '-U', 'postgres', 'postgres'];
  return {
    urls: [server.url()],
    peers: [
      {
        name: 'pg_activity',
        start: () => startPgActivity(server.port),
        async refreshes() {
          const { rows } = await admin.query<{ calls: string }>(PG_ACTIVITY_LOOKS);
          return Number(rows[0]?.calls);
        },
      },
    ],
    startLoad: (burners) => spawnLoad('postgresql', [server.port], sessions, burners),
    serverCpuNs: (host, application) => sessionsCpuNs([admin], host, application),
    startThroughput(seconds) {
      if (!existsSync(PGBENCH)) return null;
      spawnSync(PGBENCH, ['-i', '-s', '10', '-q', ...at], { stdio: 'ignore' });
      const run = ['-c', '8', '-j', '2', '-T', String(seconds), '-M', 'prepared', '-P', '1'];
      return spawn(PGBENCH, [...run, ...at], { stdio: ['ignore', 'ignore', 'pipe'] });
    },
    async close() {
      await admin.end();
      await server.stop();
    },
  };
}

/** Cumulative CPU of the processes of an application's sessions on these servers, by pid. */
export async function sessionsCpuNs(
  admins: readonly Client[],
  host: HostReader,
  application: string,
): Promise<ReadonlyMap<number, number>> {
  const asked = admins.map((admin) =>
    admin.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE application_name = $1', [
      application,
    ]),
  );
  const pids = (await Promise.all(asked)).flatMap(({ rows }) => rows.map(({ pid }) => pid));
  return new Map([...host.readProcesses(pids)].map(([pid, { cpuNs }]) => [pid, cpuNs]));
}

/** Its statement for running sessions, once a refresh. */
const PG_ACTIVITY_LOOKS = `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
  WHERE query LIKE '%pg_stat_activity%' AND query LIKE '%AS is_parallel_worker%' AND query NOT LIKE '%pg_stat_statements%'`;

/** pg_activity wants a terminal: `script` gives it one. */
function startPgActivity(port: number): ChildProcess | null {
  if (!existsSync('/usr/bin/pg_activity')) return null;
  const command = `stty rows 50 cols 200; exec pg_activity --refresh 1 -h 127.0.0.1 -p ${port} -U postgres`;
  return spawn('script', ['-qfc', command, '/dev/null'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, TERM: 'xterm-256color' },
  });
}
