import { DbvitalsError } from '../../core/errors.js';
import { waitUntil } from '../wait-until.js';
import type { MysqlVersion } from './distributions.js';
import { type MysqlServerOptions, type PrivateMysql, startMysqlServer } from './server.js';

const CATCH_UP_TIMEOUT_MS = 30_000;

/** Settings of a server whose replicas find their place by GTID. */
export function withGtid(version: MysqlVersion): Readonly<Record<string, string>> {
  return version.startsWith('mariadb')
    ? { 'log-bin': 'binlog', 'gtid-strict-mode': 'ON', 'relay-log': 'relay' }
    : { 'gtid-mode': 'ON', 'enforce-gtid-consistency': 'ON', 'relay-log': 'relay' };
}

/**
 * A replica of `primary`, which was started with the settings of `withGtid` and has all its transactions in its binary
 * log. Resolves once both replication threads run. Rejects with LAB_UNAVAILABLE.
 */
export async function startMysqlReplica(
  primary: PrivateMysql,
  options: Omit<MysqlServerOptions, 'version'> = {},
): Promise<PrivateMysql> {
  const { version } = primary;
  const source = await primary.connect();
  await source.query("CREATE USER IF NOT EXISTS repl@'%' IDENTIFIED BY 'repl'");
  await source.query("GRANT REPLICATION SLAVE ON *.* TO repl@'%'");
  await source.end();
  const replica = await startMysqlServer({
    ...options,
    version,
    settings: { ...withGtid(version), 'server-id': 2, ...options.settings },
  });
  try {
    await follow(replica, primary);
    return replica;
  } catch (error) {
    await replica.stop();
    throw error;
  }
}

async function follow(replica: PrivateMysql, { port, flavour }: PrivateMysql): Promise<void> {
  const client = await replica.connect();
  try {
    const [change, start, show] = DIALECT[flavour](port);
    await client.query(change);
    await client.query(start);
    const running = await waitUntil(
      async () => {
        const [[status]] = (await client.query(show)) as unknown as [Record<string, unknown>[]];
        const io = status?.Replica_IO_Running ?? status?.Slave_IO_Running;
        const sql = status?.Replica_SQL_Running ?? status?.Slave_SQL_Running;
        return io === 'Yes' && sql === 'Yes' ? true : null;
      },
      CATCH_UP_TIMEOUT_MS,
      50,
    );
    if (running !== true)
      throw new DbvitalsError('LAB_UNAVAILABLE', 'the replica does not follow its source');
    await client.query('SET GLOBAL read_only = ON');
  } finally {
    await client.end();
  }
}

const DIALECT: Readonly<
  Record<PrivateMysql['flavour'], (port: number) => readonly [string, string, string]>
> = {
  mysql: (port) => [
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=${port}, SOURCE_USER='repl', SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1`,
    'START REPLICA',
    'SHOW REPLICA STATUS',
  ],
  // Servers from 11.4 on verify certificates unless told not to; older ones do not know the word for it.
  mariadb: (port) => [
    `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${port}, MASTER_USER='repl', MASTER_PASSWORD='repl', MASTER_USE_GTID=slave_pos, MASTER_SSL=0`,
    'START SLAVE',
    'SHOW SLAVE STATUS',
  ],
};
