import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import {
  MONITOR_GRANTS,
  type MysqlServerOptions,
  type MysqlVersion,
  type PrivateMysql,
  startMysqlServer,
} from '../../src/lab/mysql/index.js';
import {
  type PostgresServerOptions,
  type PostgresVersion,
  type PrivatePostgres,
  startPostgresServer,
} from '../../src/lab/postgresql/index.js';
import { describeNeeding, missingServer } from '../needs.js';

/** Majors that every run covers, and those that only a full one does. */
export const POSTGRES_MATRIX: readonly PostgresVersion[] =
  process.env.DBVITALS_TEST_ALL === undefined
    ? ['12', '14', '16', '17', '18', ...(debianPostgres() ? (['debian'] as const) : [])]
    : ['12', '13', '14', '15', '16', '17', '18', 'debian'];

/** Debian's own build has other paths and settings than npm's. */
function debianPostgres(): boolean {
  return existsSync('/usr/lib/postgresql/15/bin/initdb');
}

export const NEWEST: PostgresVersion = '18';

/** What every test server has unless a test says otherwise. */
export const WITH_STATEMENTS: Partial<PostgresServerOptions> = {
  preload: ['pg_stat_statements'],
  extensions: ['pg_stat_statements'],
};

/** A suite on a server of its own. What cannot be had (see global-setup) is skipped, loudly, and fails where CI is set. */
export function describeOnPostgres(
  name: string,
  options: PostgresServerOptions,
  body: (server: () => PrivatePostgres) => void,
): void {
  describeNeeding(missingServer(options.version), `${name} [PostgreSQL ${options.version}]`, () => {
    let server: PrivatePostgres | null = null;
    beforeAll(async () => {
      server = await startPostgresServer(options);
    });
    afterAll(async () => {
      await server?.stop();
    });
    body(() => server as PrivatePostgres);
  });
}

/** MySQL and MariaDB of the contract suite; performance_schema is off on MariaDB unless it is switched on. */
export const MYSQL_VERSIONS: readonly MysqlVersion[] = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8'];

export const MYSQL_MATRIX: readonly MysqlServerOptions[] = [
  { version: 'mysql-9.7' },
  { version: 'mariadb-10.11' },
  { version: 'mariadb-10.11', settings: { 'performance-schema': 'ON' } },
  { version: 'mariadb-11.8' },
  { version: 'mariadb-11.8', settings: { 'performance-schema': 'ON' } },
];

/** A suite on a MySQL or MariaDB of its own, skipped loudly where it cannot be had, as PostgreSQL is. */
export function describeOnMysql(
  name: string,
  options: MysqlServerOptions,
  body: (server: () => PrivateMysql) => void,
): void {
  const title = `${options.version}${options.settings === undefined ? '' : `, ${JSON.stringify(options.settings)}`}`;
  describeNeeding(missingServer(options.version), `${name} [${title}]`, () => {
    let server: PrivateMysql | null = null;
    beforeAll(async () => {
      server = await startMysqlServer(options);
      const client = await server.connect();
      await client.query("CREATE USER dbvitals@'%' IDENTIFIED BY 'watching'");
      for (const grant of MONITOR_GRANTS[server.flavour]) await client.query(`${grant} dbvitals@'%'`);
      await client.query("CREATE USER poor@'%' IDENTIFIED BY 'nothing'; CREATE DATABASE shop");
      await client.end();
    });
    afterAll(async () => {
      await server?.stop();
    });
    body(() => server as PrivateMysql);
  });
}

/** A login with pg_monitor and nothing else, and one with nothing at all; nobody may create in `public`. */
export async function createLogins(server: PrivatePostgres): Promise<void> {
  const client = await server.connect();
  await client.query(
    'CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals; CREATE ROLE nobody_at_all LOGIN',
  );
  await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  await client.end();
}
