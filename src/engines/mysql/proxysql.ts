import type { Connection as Client, RowDataPacket } from 'mysql2/promise';
import { withDeadline } from '../../core/deadline.js';
import type { CallContext, PoolerTarget } from '../../core/engine.js';
import type { PoolerLink, PoolerPool, PoolerSnapshot } from '../../core/pooler.js';
import type { SelectedQuery } from '../../core/probe.js';
import type { Row } from '../../core/row.js';
import { toDbvitalsError } from './mysql-errors.js';
import { QUERIES } from './queries.generated.js';

/**
 * ProxySQL's admin interface (port 6032, a user of `admin-stats_credentials`, which can only read): its tables
 * stats_mysql_connection_pool, stats_mysql_users and stats_mysql_processlist as documented for 2.x and 3.x
 * (https://proxysql.com/documentation/stats-statistics/). All values are text there.
 */
export async function readProxySql(target: PoolerTarget, context: CallContext): Promise<PoolerSnapshot> {
  const what = `ProxySQL ${target.user}@${target.host}:${target.port}`;
  let client: Client | null = null;
  try {
    return await withDeadline(what, context.deadlineMs, context.signal, async () => {
      client = await open(target, context.deadlineMs);
      return snapshot(client);
    });
  } catch (error) {
    throw toDbvitalsError(error, what, what);
  } finally {
    (client as Client | null)?.destroy();
  }
}

async function open(target: PoolerTarget, connectTimeout: number): Promise<Client> {
  const { createConnection } = await import('mysql2/promise');
  const { host, port, user } = target;
  const password = await target.password();
  const client = await createConnection({
    host,
    port,
    user,
    connectTimeout,
    ...(password === null ? {} : { password }),
  });
  (client as unknown as { on(event: 'error', listener: () => void): void }).on('error', () => {});
  return client;
}

async function snapshot(client: Client): Promise<PoolerSnapshot> {
  const rowsOf = async ({ sql }: SelectedQuery): Promise<readonly Row[]> =>
    (await client.query<RowDataPacket[]>(sql))[0];
  const [version] = await rowsOf(QUERIES['proxysql-version'][0]);
  const servers = (await rowsOf(QUERIES['proxysql-pools'][0])).map(serverPoolOf);
  const users = (await rowsOf(QUERIES['proxysql-users'][0])).map(userPoolOf);
  const links = (await rowsOf(QUERIES['proxysql-processlist'][0])).flatMap(linkOf);
  return {
    product: 'proxysql',
    version: /\d+(\.\d+)+/.exec(String(version?.version))?.[0] ?? 'unknown',
    pools: [...servers, ...users],
    links,
  };
}

/** Connections to one server of a host group. */
export function serverPoolOf(row: Row): PoolerPool {
  return {
    ...NOTHING,
    server: `${row.srv_host}:${row.srv_port} in host group ${row.hostgroup}, ${String(row.status).toLowerCase()}`,
    serversActive: Number(row.ConnUsed),
    serversIdle: Number(row.ConnFree),
    serversUsed: Number(row.MaxConnUsed),
  };
}

/** Clients of one user, and how many it may have. */
export function userPoolOf(row: Row): PoolerPool {
  return {
    ...NOTHING,
    user: String(row.username),
    clientsActive: Number(row.frontend_connections),
    most: Number(row.frontend_max_connections),
  };
}

/** A client that has a server connection now; one that has none is in no session of the server. */
export function linkOf(row: Row): PoolerLink[] {
  const port = Number(row.l_srv_port ?? 0);
  if (!(port > 0) || !row.l_srv_host) return [];
  return [
    {
      serverSessionId: null,
      from: { address: String(row.l_srv_host), port },
      database: String(row.db ?? ''),
      user: String(row.user ?? ''),
      client: { address: String(row.cli_host), port: Number(row.cli_port), application: null },
    },
  ];
}

const NOTHING: PoolerPool = {
  database: null,
  user: null,
  server: null,
  mode: 'multiplexing',
  clientsActive: null,
  clientsWaiting: null,
  serversActive: null,
  serversIdle: null,
  serversUsed: null,
  most: null,
  maxWaitSeconds: null,
};
