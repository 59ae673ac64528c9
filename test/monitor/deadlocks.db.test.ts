import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import type { DeadlockRecord } from '../../src/core/lock-samples.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { startMonitor } from '../servers/start-monitor.js';
import { waitFor } from '../servers/wait-for.js';

// A circle stands long enough to be seen on a host whose cores are all taken; how soon it is seen is bench/deadlocks'.
const SERVER = { version: NEWEST, ...WITH_STATEMENTS, settings: { deadlock_timeout: '4s' } };

describeOnPostgres('deadlocks of a real server', SERVER, (server) => {
  beforeAll(() => createLogins(server()));

  it('are told with their victim before the client knows, and kept with both sides afterwards', async () => {
    await using monitor = new DatabaseResourceMonitor();
    const told: { readonly record: DeadlockRecord; readonly atMs: number }[] = [];
    monitor.on('deadlockPredicted', ({ record }) => told.push({ record, atMs: Date.now() }));
    await monitor.addDatabase({
      name: 'db',
      type: 'postgresql',
      connectionString: server().url('postgres', 'dbvitals'),
    });
    await monitor.start();
    const [a, b] = [await server().connect(), await server().connect()];
    await a.query('CREATE TABLE pair AS SELECT i AS id, 0 AS v FROM generate_series(1, 2) AS i');
    // The lane sleeps until somebody has waited.
    await a.query('BEGIN; UPDATE pair SET v = 1 WHERE id = 1');
    const behind = b.query('UPDATE pair SET v = 2 WHERE id = 1');
    await waitFor('the waiter to be seen', async () => {
      const { graph } = await monitor.analyzeLockContention({ database: 'db' });
      return graph.edges.length > 0 ? true : null;
    });
    await a.query('COMMIT');
    await behind;
    const victim = await deadlock(a, b);
    const early = told.filter(({ record }) => record.kind === 'imminent');
    expect(early).toHaveLength(1);
    expect(early[0]?.atMs).toBeLessThan(victim.atMs);
    expect(early[0]?.record.victimId).toBe(victim.id);
    expect(Math.abs((early[0]?.record.expectedAtMs ?? 0) - victim.atMs)).toBeLessThan(500);
    // The log may tell it first, before the prediction has its outcome: it names transactions, the circle what was locked.
    const report = await waitFor('the deadlock in the answer', async () => {
      const answer = await monitor.getDeadlocks({ database: 'db', since: '5m' });
      const named = answer.items.some(({ kind, source }) => kind === 'happened' && source.includes('cycle'));
      return named && answer.scores.foretold > 0 ? answer : null;
    });
    const [happened] = report.items.filter(({ kind }) => kind === 'happened');
    expect(happened).toMatchObject({ victim: victim.id, resources: ['public.pair'] });
    expect(happened?.parties).toHaveLength(2);
    expect(happened?.statements.map(({ text }) => text).join()).toContain('UPDATE pair');
    expect(happened?.leadSeconds).toBeGreaterThan(0);
    expect(report.scores).toMatchObject({ happened: 1, foretold: 1, recall: 1, precision: 1 });
    await Promise.all([a.end(), b.end()]);
  });

  it('that only the log tells have the statements of `queries`', async () => {
    await using monitor = await startMonitor(server());
    const [a, b] = [await server().connect(), await server().connect()];
    await a.query('CREATE TABLE brief AS SELECT i AS id, 0 AS v FROM generate_series(1, 2) AS i');
    const update = (client: pg.Client, id: number) =>
      client.query(`UPDATE brief SET v = v + -${id} WHERE id IN (${id}, NULL)`);
    const known = await waitFor('the statement in `queries`', async () => {
      await update(a, 1);
      const { items } = await monitor.getQueryResourceUsage({ database: 'db' });
      return items.find(({ text }) => text?.startsWith('UPDATE brief')) ?? null;
    });
    // Over before anybody looks.
    for (const client of [a, b]) await client.query(`SET deadlock_timeout = '1ms'`);
    await a.query('BEGIN');
    await b.query('BEGIN');
    await update(a, 1);
    await update(b, 2);
    await Promise.allSettled([update(a, 2), update(b, 1)]);
    const parties = await waitFor('the deadlock', async () => {
      const { items } = await monitor.getDeadlocks({ database: 'db', since: '5m' });
      const found = items.find(({ kind, source }) => kind === 'happened' && source === 'stderr');
      return found?.parties ?? null;
    });
    expect(parties.map(({ statementIds }) => statementIds)).toEqual([
      [known.statementId],
      [known.statementId],
    ]);
    await Promise.all([a.end(), b.end()]);
  });

  it('leave a pattern that the next collector of the data directory knows already', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'dbvitals-deadlocks-test-'));
    const [a, b] = [await server().connect(), await server().connect()];
    await a.query(
      'CREATE TABLE IF NOT EXISTS pair AS SELECT i AS id, 0 AS v FROM generate_series(1, 2) AS i',
    );
    const kindsOfOneLife = async () => {
      await using monitor = new DatabaseResourceMonitor({ dataDir });
      const kinds: string[] = [];
      monitor.on('deadlockPredicted', ({ record }) => kinds.push(record.kind));
      await monitor.addDatabase({
        name: 'db',
        type: 'postgresql',
        connectionString: server().url('postgres', 'dbvitals'),
      });
      await monitor.start();
      while (!kinds.includes('imminent')) await deadlock(a, b);
      return kinds;
    };
    try {
      expect(await kindsOfOneLife()).toContain('latent');
      expect(await kindsOfOneLife()).not.toContain('latent');
    } finally {
      await Promise.all([a.end(), b.end()]);
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

async function deadlock(a: pg.Client, b: pg.Client): Promise<{ readonly id: string; readonly atMs: number }> {
  const ids = await Promise.all(
    [a, b].map(async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return String(rows[0]?.pid);
    }),
  );
  await a.query('BEGIN; UPDATE pair SET v = 1 WHERE id = 1');
  await b.query('BEGIN; UPDATE pair SET v = 1 WHERE id = 2');
  const ended: { id: string; atMs: number }[] = [];
  const ask = async (client: pg.Client, index: number, row: number) => {
    try {
      await client.query(`UPDATE pair SET v = 3 WHERE id = ${row}`);
    } catch (error) {
      expect((error as { code?: string }).code).toBe('40P01');
      ended.push({ id: ids[index] as string, atMs: Date.now() });
    }
    await client.query('ROLLBACK');
  };
  const first = ask(a, 0, 2);
  // Who waits first is ended; of two that begin at once it could be either.
  await waitFor('the first wait', async () => {
    const { rows } = await b.query(
      `SELECT FROM pg_locks WHERE waitstart < clock_timestamp() - interval '100 ms'`,
    );
    return rows.length > 0 ? true : null;
  });
  await Promise.all([first, ask(b, 1, 1)]);
  expect(ended).toHaveLength(1);
  return ended[0] as { id: string; atMs: number };
}
