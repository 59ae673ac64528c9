import type { Client } from 'pg';
import { type PrivatePostgres, startPostgresServer } from '../../src/lab/postgresql/index.js';
import { spawnLoad } from './collector.js';
import type { Subject } from './subject.js';
import { sessionsCpuNs } from './subject-postgresql.js';

/** So many instances of PostgreSQL on one host, which share the sessions. */
export async function startManySubject(
  instances: number,
  sessions: number,
  say: (line: string) => void,
): Promise<Subject> {
  const servers: PrivatePostgres[] = [];
  const admins: Client[] = [];
  const close = async () => {
    await Promise.all(admins.map((admin) => admin.end()));
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    while (servers.length < instances) {
      const server = await start(instances, sessions);
      servers.push(server);
      admins.push(await server.connect());
    }
  } catch (error) {
    await close();
    throw error;
  }
  say(`${instances} servers started`);
  const ports = servers.map(({ port }) => port);
  return {
    urls: servers.map((server) => server.url()),
    peers: [],
    startLoad: (burners) => spawnLoad('postgresql', ports, sessions, burners),
    serverCpuNs: (host, application) => sessionsCpuNs(admins, host, application),
    startThroughput: () => null,
    close,
  };
}

function start(instances: number, sessions: number): Promise<PrivatePostgres> {
  return startPostgresServer({
    version: 'any',
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: {
      max_connections: Math.ceil(sessions / instances) + 20,
      shared_buffers: '32MB',
      autovacuum: 'off',
      max_parallel_workers: 0,
    },
  });
}
