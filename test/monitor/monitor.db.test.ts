import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MonitorEvents } from '../../src/core/monitor-options.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const SECRET_LITERAL = 'xyzzy-literal-4711';

describeOnPostgres(
  'a monitor',
  { version: NEWEST, ...WITH_STATEMENTS, settings: { max_connections: 20 } },
  (server) => {
    let directory = '';
    const added = (name = 'db', user = 'dbvitals') => ({
      name,
      type: 'postgresql' as const,
      connectionString: server().url('postgres', user),
    });
    const downs: MonitorEvents['down'][] = [];
    const watch = (monitor: DatabaseResourceMonitor) => monitor.on('down', (event) => downs.push(event));
    const isUp = async (monitor: DatabaseResourceMonitor) => {
      const { limits, items } = await monitor.getSessions({ database: 'db' });
      return limits.some(({ capability }) => capability === 'connection') || items.length === 0 ? null : true;
    };

    beforeAll(() => createLogins(server()));
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'dbvitals-monitor-test-'));
      downs.length = 0;
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    it('says which statement costs what, live and without a store', async () => {
      await using monitor = new DatabaseResourceMonitor();
      await monitor.addDatabase(added());
      await monitor.start();
      await using _load = await burn(await server().connect('postgres', 'postgres', 'burner'));
      const item = await waitFor('the burner in the report', async () => {
        const { items } = await monitor.getQueryResourceUsage({ database: 'db', timeRange: '1m' });
        return (
          items.find(({ text, cpuMs }) => (text ?? '').includes('generate_series') && (cpuMs ?? 0) > 300) ??
          null
        );
      });
      expect(item).toMatchObject({ kind: 'statement', database: 'postgres', user: 'postgres' });
      const report = await monitor.getQueryResourceUsage({ database: 'db', timeRange: '1m' });
      const { cpuTotalMs, cpuAttributedMs, cpuBackgroundMs, cpuUnattributedMs } = report.coverage;
      expect((cpuAttributedMs ?? 0) + (cpuBackgroundMs ?? 0) + (cpuUnattributedMs ?? 0)).toBeCloseTo(
        cpuTotalMs ?? -1,
        6,
      );
      expect(report.items.reduce((sum, { cpuMs }) => sum + (cpuMs ?? 0), 0)).toBeCloseTo(cpuTotalMs ?? -1, 3);
      expect(report).toMatchObject({ schema: 'dbvitals.queries/1', instance: 'db', engine: 'postgresql' });
      const usage = await waitFor(
        'the client process',
        async () => {
          const found = await monitor.getConnectionUsage({ database: 'db' });
          return found.items.some(({ client }) => client?.pid === process.pid) ? found : null;
        },
        40_000,
      );
      expect(usage).toMatchObject({ schema: 'dbvitals.connections/1', max: 20, reserved: 3 });
      expect(usage.items.map(({ application }) => application)).toContain('burner');
    });

    it('keeps what it saw, answers from it later and beside a collector, and keeps no literal', async () => {
      await using collector = new DatabaseResourceMonitor({ dataDir: directory });
      await collector.addDatabase(added());
      await collector.start();
      const client = await server().connect('postgres', 'postgres', 'literal');
      await client.query(`SELECT '${SECRET_LITERAL}', pg_sleep(1.2)`);
      await waitFor('its text in the report', async () => {
        const { items } = await collector.getQueryResourceUsage({ database: 'db' });
        return items.some(({ text }) => text?.includes('pg_sleep')) ? true : null;
      });
      await client.end();
      await using reader = new DatabaseResourceMonitor({ dataDir: directory });
      expect(await reader.hasHistory('db')).toBe(true);
      const report = await reader.getQueryResourceUsage({ database: 'db' });
      expect(report.items.some(({ text }) => text?.includes('pg_sleep'))).toBe(true);
      expect(report.window?.samples).toBeGreaterThan(0);
      const { items: overhead } = await reader.getOverhead();
      expect(overhead).toMatchObject([
        { instance: 'db', probe: 'tick', cpuMs: expect.any(Number), serverCpuMs: expect.any(Number) },
        { instance: null, probe: 'process' },
      ]);
      expect(overhead[0]?.runs).toBeGreaterThan(0);
      await expect(new DatabaseResourceMonitor({ dataDir: directory }).start()).rejects.toMatchObject({
        code: 'STORE_LOCKED',
      });
      await collector.stop();
      for (const path of readdirSync(directory, { recursive: true }) as string[]) {
        if (path.endsWith('.parquet'))
          expect(readFileSync(join(directory, path)).includes(SECRET_LITERAL), path).toBe(false);
      }
    });

    it.each(['SIGKILL', 'SIGINT'] as const)(
      'survives %s of the server and sees it come back',
      async (signal) => {
        await using monitor = new DatabaseResourceMonitor();
        const restarts: string[] = [];
        watch(monitor);
        monitor.on('restarted', ({ instance }) => restarts.push(instance));
        await monitor.addDatabase(added());
        await monitor.start();
        await server().kill(signal);
        const { code } = await waitFor('the failure', () => downs[0] ?? null);
        expect(['CONNECTION_LOST', 'CONNECT_FAILED', 'SERVER_STARTING']).toContain(code);
        expect(
          (await monitor.getSessions({ database: 'db' })).limits.map(({ capability }) => capability),
        ).toContain('connection');
        await server().start();
        await waitFor('the return', () => isUp(monitor), 40_000);
        expect(restarts).toEqual(['db']);
      },
    );

    it('goes dark but not blind when all connections are taken, and fails one instance without harming another', async () => {
      await using monitor = new DatabaseResourceMonitor();
      watch(monitor);
      await monitor.addDatabase(added());
      await monitor.addDatabase({ ...added('dead'), connectionString: 'postgresql://u@127.0.0.1:1/x' });
      await monitor.start();
      // A slow start leaves time to try again.
      expect(new Set(downs.map(({ instance, code }) => `${instance} ${code}`))).toEqual(
        new Set(['dead CONNECT_FAILED']),
      );
      await waitFor('the living one', () => isUp(monitor));
      const hogs: pg.Client[] = [];
      const admin = await server().connect();
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dbvitals'",
      );
      for (;;) {
        try {
          hogs.push(await server().connect('postgres', 'nobody_at_all', 'hog'));
        } catch {
          break;
        }
      }
      await waitFor('the limit', () => downs.find(({ code }) => code === 'CONNECTION_LIMIT') ?? null, 30_000);
      const seen = await waitFor('the sessions by their process titles', async () => {
        const { items } = await monitor.getSessions({ database: 'db' });
        return items.filter(({ user }) => user === 'nobody_at_all').length >= hogs.length - 1 ? items : null;
      });
      expect(seen.find(({ user }) => user === 'nobody_at_all')).toMatchObject({
        state: 'idle',
        database: 'postgres',
        text: null,
      });
      for (const client of [...hogs, admin]) await client.end();
      await waitFor('the return', () => isUp(monitor), 40_000);
    });

    it('refuses what cannot be, with what to do', async () => {
      await using monitor = new DatabaseResourceMonitor();
      await monitor.addDatabase(added());
      await expect(monitor.addDatabase(added())).rejects.toMatchObject({ code: 'INSTANCE_EXISTS' });
      await expect(monitor.getSessions({ database: 'db' })).rejects.toMatchObject({ code: 'CLOSED' });
      await expect(monitor.getCapabilities({ database: 'other' })).rejects.toMatchObject({
        code: 'INSTANCE_UNKNOWN',
        remedy: 'known: db',
      });
      await expect(
        monitor.addDatabase({ name: 'o', type: 'oracle', connectionString: 'oracle://h/x' }),
      ).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
      const secret = 'p@ss:w/rd#hunter2';
      const error = await monitor
        .addDatabase({
          ...added('bad name!'),
          connectionString: `postgresql://u:${encodeURIComponent(secret)}@h/d`,
        })
        .catch((each: unknown) => each);
      expect(String(error) + JSON.stringify(error)).not.toContain('hunter2');
    });

    it('stops whole: nothing is left open, twice is once', async () => {
      const monitor = new DatabaseResourceMonitor({ dataDir: directory });
      await monitor.addDatabase(added());
      await monitor.start();
      await Promise.all([monitor.stop(), monitor.stop()]);
      const admin = await server().connect();
      await waitFor('our session to be gone', async () => {
        const { rows } = await admin.query(
          "SELECT 1 FROM pg_stat_activity WHERE application_name = 'dbvitals'",
        );
        return rows.length === 0 ? true : null;
      });
      await admin.end();
      await expect(monitor.start()).rejects.toMatchObject({ code: 'CLOSED' });
    });
  },
);

/** Keeps a session busy until it is disposed. */
async function burn(client: pg.Client): Promise<AsyncDisposable> {
  let busy = true;
  const loop = (async () => {
    while (busy) await client.query('SELECT count(*) FROM generate_series(1, 300000) AS i WHERE i % 7 = 3');
  })();
  return {
    async [Symbol.asyncDispose]() {
      busy = false;
      await loop;
      await client.end();
    },
  };
}
