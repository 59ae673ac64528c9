import type { Client } from 'pg';
import { withDeadline } from '../../core/deadline.js';
import type { CallContext, PoolerTarget } from '../../core/engine.js';
import type { PoolerLink, PoolerPool, PoolerSnapshot } from '../../core/pooler.js';
import type { Row } from '../../core/row.js';
import { toDbvitalsError } from './pg-errors.js';

/**
 * PgBouncer's admin console (database `pgbouncer`, a user of `stats_users` or `admin_users`): SHOW VERSION, POOLS,
 * CLIENTS, SERVERS over the simple protocol. Columns are read by name, because versions differ in them.
 */
export async function readPgBouncer(target: PoolerTarget, context: CallContext): Promise<PoolerSnapshot> {
  const { default: pg } = await import('pg');
  const { host, port, user } = target;
  const password = (await target.password()) ?? undefined;
  const client = new pg.Client({ host, port, user, password, database: 'pgbouncer' });
  client.on('error', () => {});
  const what = `PgBouncer ${user}@${host}:${port}`;
  try {
    return await withDeadline(what, context.deadlineMs, context.signal, () => snapshot(client));
  } catch (error) {
    throw toDbvitalsError(error, what, what);
  } finally {
    client.end().catch(() => {});
  }
}

async function snapshot(client: Client): Promise<PoolerSnapshot> {
  await client.connect();
  const rowsOf = async (statement: string): Promise<readonly Row[]> =>
    (await client.query<Row>(statement)).rows;
  const [version] = await rowsOf('SHOW VERSION');
  const pools = (await rowsOf('SHOW POOLS')).map(poolOf).filter(({ database }) => database !== 'pgbouncer');
  const links = linksOf(await rowsOf('SHOW CLIENTS'), await rowsOf('SHOW SERVERS'));
  return { product: 'pgbouncer', version: versionOf(version), pools, links };
}

/** `PgBouncer 1.18.0` as text, or a column of that name in old versions. */
export function versionOf(row: Row | undefined): string {
  return /\d+(\.\d+)+/.exec(String(Object.values(row ?? {})[0]))?.[0] ?? 'unknown';
}

export function poolOf(row: Row): PoolerPool {
  return {
    database: String(row.database),
    user: String(row.user),
    server: null,
    mode: String(row.pool_mode ?? 'unknown'),
    clientsActive: Number(row.cl_active),
    clientsWaiting: Number(row.cl_waiting),
    serversActive: Number(row.sv_active),
    serversIdle: Number(row.sv_idle),
    serversUsed: Number(row.sv_used),
    most: null,
    maxWaitSeconds: Number(row.maxwait) + Number(row.maxwait_us ?? 0) / 1e6,
  };
}

/** A server connection names the client it serves by that one's `ptr`. */
export function linksOf(clients: readonly Row[], servers: readonly Row[]): PoolerLink[] {
  const byPointer = new Map(clients.map((client) => [String(client.ptr), client]));
  return servers.map((server) => {
    const client = byPointer.get(String(server.link));
    const pid = Number(server.remote_pid ?? 0);
    return {
      serverSessionId: pid > 0 ? String(pid) : null,
      from: null,
      database: String(server.database),
      user: String(server.user),
      client:
        client === undefined
          ? null
          : {
              address: String(client.addr),
              port: Number(client.port),
              application: client.application_name ? String(client.application_name) : null,
            },
    };
  });
}
