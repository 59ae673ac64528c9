import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import type { MonitorEvents } from '../../src/core/monitor-options.js';
import { systemClock } from '../../src/core/system-clock.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { startStandby } from '../servers/standby.js';
import { waitFor } from '../servers/wait-for.js';

/** For ticks and lanes of a machine that has no CPU free. */
const PATIENCE_MS = 90_000;
const SECRET = 'Wr0ng-and-secret';

describeOnPostgres('faults', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  const added = (name: string, connectionString = server().url('postgres', 'dbvitals')) => ({
    name,
    type: 'postgresql' as const,
    connectionString,
  });
  const watched = async (
    clock: Clock,
    ...databases: Parameters<DatabaseResourceMonitor['addDatabase']>[0][]
  ) => {
    const monitor = new DatabaseResourceMonitor({ clock });
    const downs: MonitorEvents['down'][] = [];
    const ticks: MonitorEvents['tick'][] = [];
    monitor.on('down', (event) => downs.push(event));
    monitor.on('tick', (event) => ticks.push(event));
    for (const database of databases) await monitor.addDatabase(database);
    await monitor.start();
    return {
      monitor,
      downs,
      ticks,
      ticksOf: (name: string) => ticks.filter(({ instance }) => instance === name),
    };
  };

  beforeAll(async () => {
    await createLogins(server());
    const admin = await server().connect();
    await admin.query("CREATE ROLE guarded LOGIN PASSWORD 'right'; GRANT pg_monitor TO guarded");
    const hba = join(server().dataDirectory, 'pg_hba.conf');
    writeFileSync(hba, `host all guarded 127.0.0.1/32 scram-sha-256\n${readFileSync(hba, 'utf8')}`);
    await admin.query('SELECT pg_reload_conf()');
    await admin.end();
  });

  it('a wrong password: said once and clearly, not tried again at once, and the others go on', async () => {
    const guarded = (password: string) =>
      server().url('postgres', 'guarded').replace('guarded@', `guarded:${password}@`);
    const { monitor, downs, ticksOf } = await watched(
      systemClock,
      added('wrong', guarded(SECRET)),
      added('right', guarded('right')),
    );
    await using _ = monitor;
    await waitFor('five ticks of the other', () => (ticksOf('right').length >= 5 ? true : null));
    expect(downs).toEqual([
      {
        instance: 'wrong',
        code: 'AUTHENTICATION_FAILED',
        message: expect.stringMatching(/connecting to wrong \(guarded@.*password authentication failed/),
        remedy: expect.any(String),
        retryInMs: 600_000,
      },
    ]);
    const log = readFileSync(join(server().directory.path, 'server.log'), 'utf8');
    expect(log.match(/password authentication failed for user "guarded"/g)).toHaveLength(1);
    const report = await monitor.getSessions({ database: 'wrong' });
    expect(report.items).toEqual([]);
    expect(report.limits).toContainEqual(
      expect.objectContaining({ capability: 'connection', remedy: expect.stringContaining('pg_hba.conf') }),
    );
    await expect(monitor.getCapabilities({ database: 'wrong' })).rejects.toMatchObject({ exitCode: 3 });
    expect(JSON.stringify([downs, report])).not.toContain(SECRET);
  });

  it('a standby that lets nobody in is in recovery; one that lets us in is watched as a replica', async () => {
    await using standby = await startStandby(server(), { hot_standby: 'off' });
    const { monitor, downs, ticksOf } = await watched(
      systemClock,
      added('standby', standby.url('postgres', 'dbvitals')),
      added('primary'),
    );
    await using _ = monitor;
    expect(downs[0]).toMatchObject({ instance: 'standby', code: 'SERVER_STARTING' });
    const { limits } = await monitor.getSessions({ database: 'standby' });
    expect(limits).toContainEqual(
      expect.objectContaining({ capability: 'connection', remedy: expect.stringContaining('hot_standby') }),
    );
    await waitFor('ticks of the primary', () => (ticksOf('primary').length >= 3 ? true : null));

    appendFileSync(join(standby.dataDirectory, 'postgresql.conf'), "hot_standby = 'on'\n");
    await standby.restart();
    await waitFor('ticks of the standby', () => (ticksOf('standby').length >= 2 ? true : null), 60_000);
    const found = await waitFor('the receiver', async () => {
      const { items } = await monitor.getSessions({ database: 'standby', includeBackground: true });
      const types = items.map(({ backendType }) => backendType);
      return types.includes('startup') && types.includes('walreceiver') ? types : null;
    });
    expect(found).toEqual(expect.arrayContaining(['checkpointer', 'startup', 'walreceiver']));
    const doctor = await monitor.getCapabilities({ database: 'standby' });
    expect(doctor).toMatchObject({
      local: { proven: true, level: 'per-session' },
      readOnly: { proven: true },
    });
  }, 120_000);

  it('pg_stat_statements_reset is a gap: no negative number, no spike', async () => {
    const { monitor } = await watched(systemClock, added('db'));
    await using _ = monitor;
    const client = await server().connect('postgres', 'postgres', 'resetter');
    const calls = async () => {
      const { items } = await monitor.getQueryResourceUsage({ database: 'db', limit: 100 });
      for (const item of items) {
        for (const value of [item.calls, item.cpuMs, item.walBytes, item.tempBytes, item.meanDurationMs])
          expect(value === null || value >= 0, JSON.stringify(item)).toBe(true);
      }
      return items.find(({ text }) => text?.includes('reset_probe'))?.calls ?? 0;
    };
    let done = 0;
    const run = async (times: number) => {
      for (let n = 0; n < times; n += 1) await client.query('SELECT 1 AS reset_probe');
      done += times;
    };
    await run(500);
    await waitFor('counted calls', async () => {
      await run(10);
      return (await calls()) > 0 ? true : null;
    });
    await client.query('SELECT pg_stat_statements_reset()');
    const before = await calls();
    const startedAt = done;
    await run(200);
    await waitFor('calls after the reset', async () => {
      await run(10);
      return (await calls()) > before ? true : null;
    });
    // Never more than were made, in all and since: neither the old total again nor the new one twice.
    const after = await calls();
    expect(after).toBeLessThanOrEqual(done);
    expect(after - before).toBeLessThanOrEqual(done - startedAt);
    await client.end();
  });

  it('a clock that steps an hour forward and two back: no tick lost, no negative number, answers stay', async () => {
    let stepMs = 0;
    const startedMs = performance.now();
    const elapsedSeconds = () => (performance.now() - startedMs) / 1000;
    const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + stepMs };
    const { monitor, ticks, downs } = await watched(clock, added('db'));
    await using _ = monitor;
    const busy = await server().connect('postgres', 'postgres', 'stepper');
    const sleeping = busy.query('SELECT pg_sleep(3600)').catch(() => {});
    const admin = await server().connect();
    for (const step of [3_600_000, -3_600_000]) {
      const seen = ticks.length;
      stepMs = step;
      await waitFor('ticks after the step', () => (ticks.length >= seen + 4 ? true : null), PATIENCE_MS);
      const sessions = await waitFor(
        'the sleeper',
        async () => {
          const { items } = await monitor.getSessions({ database: 'db' });
          return items.find(({ application }) => application === 'stepper') ?? null;
        },
        PATIENCE_MS,
      );
      // Ages are by the server's clock, which did not step.
      expect(sessions.statementAgeSeconds).toBeLessThan(elapsedSeconds() + 1);
      expect(sessions.statementAgeSeconds).toBeGreaterThanOrEqual(0);
      const { items, coverage } = await monitor.getQueryResourceUsage({ database: 'db', timeRange: '5m' });
      for (const { cpuMs } of items) expect(cpuMs ?? 0).toBeGreaterThanOrEqual(0);
      expect(coverage.cpuTotalMs).toBeLessThan(1000 * elapsedSeconds() * availableParallelism());
      // Lanes that have a time of their own still run: the digest counters are read again.
      // An alias alone does not make another statement than those of the tests above.
      const label = step > 0 ? '$1, $2, $3 AS forward' : '$1, $2 AS back';
      await waitFor(
        `counted calls of ${label}`,
        async () => {
          await admin.query(`SELECT ${label.replaceAll('$', '')}`);
          const report = await monitor.getQueryResourceUsage({ database: 'db', timeRange: '5m', limit: 100 });
          return (report.items.find(({ text }) => text?.includes(label))?.calls ?? 0) > 0 ? true : null;
        },
        PATIENCE_MS,
      );
    }
    expect(downs).toEqual([]);
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stepper'",
    );
    await sleeping;
    await admin.end();
  }, 400_000);
});
