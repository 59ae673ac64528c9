import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/system-clock.js';
import { discoverInstances, openHost } from '../../src/host/index.js';
import { BOOTED_S, type RecordedProcess, writeProc } from './proc-tree.js';

const DOCKER = '/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope';
const POD = '/kubepods/besteffort/pod1a2b/fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210';

/** PostgreSQL 15 and 18 and MariaDB as they ran on Debian 12, MySQL in a container; Oracle and SQL Server as their manuals show them. */
const HOST: readonly RecordedProcess[] = [
  { pid: 1, parent: 0, command: 'systemd', argv: '/sbin/init', executable: '/usr/lib/systemd/systemd' },
  {
    pid: 100,
    parent: 1,
    command: 'postgres',
    argv: '/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15/main/postgresql.conf',
    executable: '/usr/lib/postgresql/15/bin/postgres',
    directory: '/var/lib/postgresql/15/main',
    files: {
      'var/lib/postgresql/15/main/PG_VERSION': '15\n',
      'var/lib/postgresql/15/main/postmaster.pid':
        '100\n/var/lib/postgresql/15/main\n1700000100\n5432\n/var/run/postgresql\n127.0.0.1\n  5432001         0\nready   \n',
    },
  },
  { pid: 101, parent: 100, command: 'postgres', argv: 'postgres: 15/main: checkpointer ' },
  { pid: 102, parent: 100, command: 'postgres', argv: 'postgres: 15/main: app shop 10.0.0.5(40112) idle' },
  {
    pid: 200,
    parent: 1,
    command: 'postgres',
    argv: '/opt/pg18/bin/postgres -D /srv/pg18 -p 5433',
    executable: '/opt/pg18/bin/postgres',
    directory: '/srv/pg18',
    startedS: 5000,
    files: {
      'srv/pg18/PG_VERSION': '18\n',
      'srv/pg18/postmaster.pid': '200\n/srv/pg18\n1700005000\n5433\n/tmp\n*\n  5433001 0\nready   \n',
    },
  },
  { pid: 201, parent: 200, command: 'postgres', argv: 'postgres: io worker 0' },
  // A postmaster in a container: its files are below its own root.
  {
    pid: 250,
    parent: 1,
    command: 'postgres',
    argv: 'postgres',
    directory: '/var/lib/postgresql/data',
    cgroup: DOCKER,
    files: {
      'var/lib/postgresql/data/PG_VERSION': '16\n',
      'var/lib/postgresql/data/postmaster.pid':
        '1\n/var/lib/postgresql/data\n1700000100\n5432\n/var/run/postgresql\n*\n',
    },
  },
  {
    pid: 300,
    parent: 1,
    command: 'mariadbd',
    argv: '/usr/sbin/mariadbd',
    executable: '/usr/sbin/mariadbd',
    directory: '/var/lib/mysql',
    listens: { inode: 777, port: 3306 },
    files: { 'var/lib/mysql/mariadb_upgrade_info': '10.11.14-MariaDB\n' },
  },
  {
    pid: 400,
    parent: 1,
    command: 'mysqld',
    argv: 'mysqld --datadir=/data/my --port=3307 --socket=/run/mysqld/b.sock',
    executable: '/usr/sbin/mysqld',
    directory: '/data/my',
    cgroup: POD,
    files: { 'data/my/mysql_upgrade_info': '9.7.0' },
  },
  // Two Oracle instances: processes are siblings.
  { pid: 500, parent: 1, command: 'ora_pmon_orcl', argv: 'ora_pmon_ORCL' },
  { pid: 501, parent: 1, command: 'ora_dbw0_orcl', argv: 'ora_dbw0_ORCL' },
  { pid: 502, parent: 1, command: 'oracle_502_orc', argv: 'oracleORCL (LOCAL=NO)' },
  { pid: 510, parent: 1, command: 'db_pmon_free', argv: 'db_pmon_FREE' },
  { pid: 511, parent: 1, command: 'db_lgwr_free', argv: 'db_lgwr_FREE' },
  // A watchdog and the server.
  { pid: 600, parent: 1, command: 'sqlservr', argv: '/opt/mssql/bin/sqlservr' },
  {
    pid: 601,
    parent: 600,
    command: 'sqlservr',
    argv: '/opt/mssql/bin/sqlservr',
    listens: { inode: 888, port: 1433 },
  },
  { pid: 700, parent: 1, command: 'bash', argv: 'grep mysqld /var/log/postgres' },
];

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dbvitals-discover-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function discover(processes: readonly RecordedProcess[]) {
  writeProc(root, processes);
  const host = openHost({ procRoot: root, platform: 'linux' });
  const { signal } = new AbortController();
  const found = await discoverInstances({ host, clock: systemClock, signal, procRoot: root, measureMs: 1 });
  host.close();
  return new Map(found.map((each) => [each.pid, each]));
}

describe('discovery from a recorded /proc', () => {
  it('finds the servers of all four engines, each apart from the others, without a login', async () => {
    const found = await discover(HOST);
    expect([...found.keys()].sort((a, b) => a - b)).toEqual([100, 200, 250, 300, 400, 500, 510, 601]);
    expect(found.get(100)).toMatchObject({
      engine: 'postgresql',
      version: '15',
      port: 5432,
      socket: '/var/run/postgresql/.s.PGSQL.5432',
      dataDirectory: '/var/lib/postgresql/15/main',
      startedAt: new Date((BOOTED_S + 100) * 1000).toISOString(),
      processes: 3,
      residentBytes: 3 * 256 * 4096,
      container: null,
    });
    expect(found.get(200)).toMatchObject({
      version: '18',
      port: 5433,
      socket: '/tmp/.s.PGSQL.5433',
      processes: 2,
      startedAt: new Date((BOOTED_S + 5000) * 1000).toISOString(),
    });
    expect(found.get(250)).toMatchObject({ version: '16', container: '0123456789ab', processes: 1 });
    expect(found.get(300)).toMatchObject({
      engine: 'mysql',
      flavour: 'mariadb',
      version: '10.11.14-MariaDB',
      port: 3306,
      dataDirectory: '/var/lib/mysql',
    });
    expect(found.get(400)).toMatchObject({
      flavour: 'mysql',
      version: '9.7.0',
      port: 3307,
      socket: '/run/mysqld/b.sock',
      container: 'fedcba987654',
    });
    expect(found.get(500)).toMatchObject({
      engine: 'oracle',
      name: 'ORCL',
      processes: 3,
      port: null,
      version: null,
    });
    expect(found.get(510)).toMatchObject({ name: 'FREE', processes: 2 });
    expect(found.get(601)).toMatchObject({
      engine: 'sqlserver',
      port: 1433,
      processes: 1,
      dataDirectory: null,
    });
  });

  it('finds none where there is none, and survives processes that vanish while it looks', async () => {
    expect(await discover([{ pid: 1, parent: 0, command: 'systemd', argv: '/sbin/init' }])).toEqual(
      new Map(),
    );
    rmSync(join(root, '1/stat'));
    const host = openHost({ procRoot: root, platform: 'linux' });
    const { signal } = new AbortController();
    expect(
      await discoverInstances({ host, clock: systemClock, signal, procRoot: root, measureMs: 1 }),
    ).toEqual([]);
    host.close();
  });
});
