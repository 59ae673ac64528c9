import { type MysqlVersion, startMysqlServer } from '../../src/lab/mysql/index.js';
import { type PostgresVersion, startPostgresServer } from '../../src/lab/postgresql/index.js';

export interface Client {
  query(sql: string): Promise<unknown>;
  end(): Promise<unknown>;
}

/** What the benchmark needs of a server, whatever it is. */
export interface LockServer extends AsyncDisposable {
  readonly name: string;
  readonly type: 'postgresql' | 'mysql' | 'mariadb';
  readonly url: string;
  readonly port: number;
  connect(): Promise<Client>;
  /** A statement that counts the monitor's own lock waits; null where the server cannot be asked cheaply. */
  readonly ownWaits: string | null;
}

export const SESSIONS = 1_000;

/** `postgresql-18`, `mysql-9.7`, `mariadb-11.8`: a private one with a table of rows to wait for. */
export async function startLockServer(name: string, say: (line: string) => void): Promise<LockServer> {
  const server = name.startsWith('postgresql') ? await startPostgres(name, say) : await startMysql(name, say);
  const client = await server.connect();
  await client.query('CREATE TABLE item (id int PRIMARY KEY, n int)');
  await client.query(
    `INSERT INTO item VALUES ${Array.from({ length: 2_000 }, (_, id) => `(${id}, 0)`).join(',')}`,
  );
  await client.end();
  return server;
}

async function startPostgres(name: string, onProgress: (line: string) => void): Promise<LockServer> {
  const server = await startPostgresServer({
    version: name.slice('postgresql-'.length) as PostgresVersion,
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: { max_connections: SESSIONS + 50, shared_buffers: '128MB' },
    onProgress,
  });
  return {
    name,
    type: 'postgresql',
    url: server.url(),
    port: server.port,
    ownWaits: `SELECT count(*)::int AS n FROM pg_lock_status() AS l JOIN pg_stat_get_activity(NULL) AS a ON a.pid = l.pid
      WHERE NOT l.granted AND a.application_name = 'dbvitals'`,
    connect: () => server.connect(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function startMysql(name: string, onProgress: (line: string) => void): Promise<LockServer> {
  const server = await startMysqlServer({
    version: name as MysqlVersion,
    settings: {
      'max-connections': SESSIONS + 50,
      'performance-schema': 'ON',
      'innodb-lock-wait-timeout': 1000,
    },
    onProgress,
  });
  const admin = await server.connect();
  await admin.query('CREATE DATABASE bench');
  await admin.end();
  return {
    name,
    type: server.flavour,
    url: server.url('bench'),
    port: server.port,
    ownWaits: null,
    connect: () => server.connect('bench'),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
