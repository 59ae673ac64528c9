import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection as Client } from 'mysql2/promise';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { MonitorEvents } from '../../src/core/monitor-options.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import type { MysqlServerOptions } from '../../src/lab/mysql/index.js';
import { runReadOnly } from '../../src/store/user-sql.js';
import { describeOnMysql } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const SERVERS: readonly MysqlServerOptions[] = [
  { version: 'mysql-9.7', settings: { 'max-connections': 12 } },
  { version: 'mariadb-11.8', settings: { 'max-connections': 12 } },
];

for (const options of SERVERS) {
  const flavour = options.version.startsWith('mariadb') ? 'mariadb' : 'mysql';
  describeOnMysql('a monitor', options, (server) => {
    const downs: MonitorEvents['down'][] = [];
    const monitorOf = async (user = 'dbvitals', password = 'watching', dataDir: string | null = null) => {
      const monitor = new DatabaseResourceMonitor({ dataDir });
      monitor.on('down', (event) => downs.push(event));
      const connectionString = server().url('', user, password);
      await monitor.addDatabase({ name: 'db', type: flavour, connectionString });
      await monitor.start();
      return monitor;
    };
    const seen = (monitor: DatabaseResourceMonitor, { threadId }: Client) =>
      waitFor(
        `session ${threadId} asleep`,
        async () => {
          const { items } = await monitor.getSessions({ database: 'db' });
          const found = items.find(({ sessionId }) => sessionId === String(threadId));
          return /sleep/i.test(found?.text ?? '') ? true : null;
        },
        40_000,
      );
    const isUp = async (monitor: DatabaseResourceMonitor) => {
      const { limits, items } = await monitor.getSessions({ database: 'db' });
      return limits.some(({ capability }) => capability === 'connection') || items.length === 0
        ? null
        : items;
    };
    beforeEach(() => {
      downs.length = 0;
    });

    it('says which statement costs what; the rows sum to what the process was measured to use', async () => {
      await using monitor = await monitorOf();
      const client = await server().connect('shop');
      const busy = burn(client);
      const item = await waitFor('the burner in the report', async () => {
        const { items } = await monitor.getQueryResourceUsage({ database: 'db', timeRange: '1m' });
        return items.find(({ text, cpuMs }) => /burnt/.test(text ?? '') && (cpuMs ?? 0) > 300) ?? null;
      });
      expect(item).toMatchObject({ kind: 'statement', database: 'shop', user: 'root' });
      const { items, coverage } = await monitor.getQueryResourceUsage({
        database: 'db',
        timeRange: '1m',
        limit: 1_000,
      });
      const { cpuTotalMs, cpuAttributedMs, cpuBackgroundMs, cpuUnattributedMs } = coverage;
      const parts = (cpuAttributedMs ?? 0) + (cpuBackgroundMs ?? 0) + (cpuUnattributedMs ?? 0);
      expect(parts).toBeCloseTo(cpuTotalMs ?? -1, 6);
      expect(items.reduce((sum, { cpuMs }) => sum + (cpuMs ?? 0), 0)).toBeCloseTo(cpuTotalMs ?? -1, 3);
      expect(items.filter(({ kind }) => kind === 'background').map(({ text }) => text)).toEqual(
        expect.arrayContaining([expect.stringMatching(/log_|page_|purge|tpool/)]),
      );
      const usage = await waitFor(
        'the client process',
        async () => {
          const found = await monitor.getConnectionUsage({ database: 'db' });
          return found.items.some(({ client }) => client?.pid === process.pid) ? found : null;
        },
        40_000,
      );
      expect(usage).toMatchObject({ schema: 'dbvitals.connections/1', max: 12, reserved: 0 });
      busy.stop();
    });

    it('survives kill -9 of the server, sees it come back, and takes no new session for an old one', async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'dbvitals-monitor-test-'));
      const monitor = await monitorOf('dbvitals', 'watching', dataDir);
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
      const before = asleep(await server().connect('shop'));
      const restarts: string[] = [];
      monitor.on('restarted', ({ instance }) => restarts.push(instance));
      await seen(monitor, before);
      await server().kill('SIGKILL');
      const { code } = await waitFor('the failure', () => downs[0] ?? null);
      expect(['CONNECTION_LOST', 'CONNECT_FAILED', 'SERVER_STARTING']).toContain(code);
      await server().start();
      await waitFor('the return', () => isUp(monitor), 40_000);
      expect(restarts).toEqual(['db']);
      // Connection ids begin anew with the server: the next one with the id of before is another session.
      const after = await waitFor('the same connection id', async () => {
        const client = await server().connect('shop');
        if (client.threadId >= before.threadId) return client;
        client.destroy();
        return null;
      });
      expect(after.threadId).toBe(before.threadId);
      asleep(after);
      await seen(monitor, after);
      await monitor.stop();
      const query = `SELECT DISTINCT session_id FROM sessions WHERE id = '${after.threadId}' AND kind = 'client'`;
      expect(await runReadOnly(dataDir, query)).toHaveLength(2);
      after.destroy();
    });

    it('goes dark but not blind when all connections are taken', async () => {
      await using monitor = await monitorOf();
      await waitFor('the first sessions', () => isUp(monitor));
      const admin = await server().connect();
      const hogs: Client[] = [];
      await endMonitorsSession(admin);
      await waitFor('every connection taken', async () => {
        try {
          hogs.push(await server().connect());
          return null;
        } catch {
          return true;
        }
      });
      const down = await waitFor(
        'the limit',
        () => downs.find(({ code }) => code === 'CONNECTION_LIMIT') ?? null,
        30_000,
      );
      expect(down.message).toMatch(/too many connections/i);
      const seen = await waitFor('the threads of the sessions', async () => {
        const { items } = await monitor.getSessions({ database: 'db' });
        return items.filter(({ kind }) => kind === 'client').length >= hogs.length ? items : null;
      });
      expect(seen[0]).toMatchObject({ state: 'unknown', text: null, osTid: expect.any(Number) });
      for (const client of [...hogs, admin]) client.destroy();
      await waitFor('the return', () => isUp(monitor), 40_000);
    });

    it('shows what each user may do, at a time and in an hour, and counts those whom it refused', async () => {
      const admin = await server().connect();
      await admin.query("CREATE USER hourly@'%' WITH MAX_USER_CONNECTIONS 1 MAX_QUERIES_PER_HOUR 70");
      await admin.query(
        "GRANT SELECT (User, max_user_connections, max_connections, max_questions, max_updates) ON mysql.user TO dbvitals@'%'",
      );
      await using monitor = await monitorOf();
      const client = await server().connect('', 'hourly');
      const item = await waitFor('the limited user', async () => {
        const { items } = await monitor.getConnectionUsage({ database: 'db' });
        return items.find(({ user }) => user === 'hourly') ?? null;
      });
      expect(item).toMatchObject({
        userMax: 1,
        userPerHour: { queries: 70, updates: null, connections: null },
      });
      if (flavour === 'mysql')
        await waitFor(
          'the refused login to be counted',
          async () => {
            await expect(server().connect('', 'hourly')).rejects.toThrow('max_user_connections');
            const { failures } = await monitor.getConnectionUsage({ database: 'db' });
            return (failures?.refusedByUserLimit ?? 0) > 0 ? true : null;
          },
          60_000,
          500,
        );
      for (const each of [client, admin]) each.destroy();
    }, 120_000);

    it('tells an account without privileges in one message what to grant', async () => {
      await using monitor = await monitorOf('poor', 'nothing');
      expect(downs[0]).toMatchObject({ code: 'CAPABILITY_UNAVAILABLE' });
      const { limits } = await monitor.getSessions({ database: 'db' });
      const [limit] = limits.filter(({ capability }) => capability === 'connection');
      expect(limit?.remedy).toMatch(/^GRANT /);
    });

    it('tries a refused login once, and not again soon', async () => {
      await using monitor = await monitorOf('dbvitals', 'wrong');
      expect(downs).toEqual([expect.objectContaining({ code: 'AUTHENTICATION_FAILED' })]);
      expect(downs[0]?.retryInMs).toBeGreaterThanOrEqual(60_000);
      expect(JSON.stringify(await monitor.getSessions({ database: 'db' }))).not.toContain('wrong');
    });
  });
}

for (const [version, schema] of [
  ['mariadb-11.8', 'ON'],
  ['mariadb-10.11', 'OFF'],
] as const) {
  const settings = { 'thread-handling': 'pool-of-threads', 'performance-schema': schema };
  describeOnMysql('a monitor of a thread pool', { version, settings }, (server) => {
    it('shares what the pool used among the statements seen running, and says that it is an estimate', async () => {
      await using monitor = new DatabaseResourceMonitor();
      const connectionString = server().url('', 'dbvitals', 'watching');
      await monitor.addDatabase({ name: 'db', type: 'mariadb', connectionString });
      await monitor.start();
      const busy = burn(await server().connect('shop'));
      const item = await waitFor(
        'the burner',
        async () => {
          const { items, coverage } = await monitor.getQueryResourceUsage({
            database: 'db',
            timeRange: '1m',
          });
          // Most of what the instance used, in one and the same report.
          const most = Math.max(500, (coverage.cpuTotalMs ?? 0) / 2);
          return items.find(({ text, cpuMs }) => /burnt/.test(text ?? '') && (cpuMs ?? 0) > most) ?? null;
        },
        40_000,
      );
      expect(item.method).toBe('estimated');
      const { limits } = await monitor.getQueryResourceUsage({ database: 'db', timeRange: '1m' });
      expect(limits.map(({ capability }) => capability)).toContain('sessions.osThread');
      const { items } = await monitor.getSessions({ database: 'db' });
      for (const session of items) expect(session).toMatchObject({ osTid: null, cpuPercent: null });
      busy.stop();
    });
  });
}

/** A session that sleeps in a statement, where samples find it at each tick. */
function asleep(client: Client): Client {
  client.query('SELECT SLEEP(60)').catch(() => {});
  return client;
}

/** Keeps a session busy until it is stopped. */
function burn(client: Client): { stop(): void } {
  let busy = true;
  const loop = async () => {
    while (busy) await client.query('SELECT BENCHMARK(200000, SHA2(1, 256)) AS burnt');
  };
  loop().catch(() => {});
  return {
    stop() {
      busy = false;
      client.destroy();
    },
  };
}

async function endMonitorsSession(admin: Client): Promise<void> {
  const [rows] = (await admin.query(
    "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'dbvitals'",
  )) as unknown as [{ id: number }[]];
  for (const { id } of rows) await admin.query('KILL ?', [id]);
}
