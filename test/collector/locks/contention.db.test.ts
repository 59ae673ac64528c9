import { beforeAll, expect, it } from 'vitest';
import type { MonitorEvents } from '../../../src/core/monitor-options.js';
import { DatabaseResourceMonitor } from '../../../src/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../../servers/index.js';
import { waitFor } from '../../servers/wait-for.js';

// A circle stands long enough to be seen on a host whose cores are all taken; how soon it is seen is bench/deadlocks'.
const SERVER = { version: NEWEST, ...WITH_STATEMENTS, settings: { deadlock_timeout: '4s' } };

describeOnPostgres('a monitor beside a lock wait', SERVER, (server) => {
  beforeAll(async () => {
    await createLogins(server());
    const admin = await server().connect();
    await admin.query('CREATE TABLE item (id int PRIMARY KEY, n int); INSERT INTO item VALUES (1, 0)');
    await admin.end();
  });

  it('says who blocks whom, begins and ends an episode, and needs two connections only for it', async () => {
    await using monitor = new DatabaseResourceMonitor();
    await monitor.addDatabase({
      name: 'db',
      type: 'postgresql',
      connectionString: server().url('postgres', 'dbvitals'),
    });
    const begun: (MonitorEvents['contention'] & { readonly seenMs: number })[] = [];
    const ended: MonitorEvents['contentionEnded'][] = [];
    monitor.on('contention', (event) => begun.push({ ...event, seenMs: Date.now() }));
    monitor.on('contentionEnded', (event) => ended.push(event));
    await monitor.start();
    const admin = await server().connect();
    const ours = async () => {
      const { rows } = await admin.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'dbvitals'`,
      );
      return rows[0]?.n;
    };
    expect(await ours()).toBe(1);

    const [holder, victim] = [await server().connect(), await server().connect()];
    await holder.query('BEGIN; UPDATE item SET n = 1 WHERE id = 1');
    const startedMs = Date.now();
    const waiting = victim.query('UPDATE item SET n = 2 WHERE id = 1');
    const event = await waitFor('the event', () => begun[0] ?? null);
    expect(event.seenMs - startedMs).toBeLessThan(2_000);
    expect(event).toMatchObject({
      instance: 'db',
      rootId: String((holder as unknown as { processID: number }).processID),
      resource: { kind: 'row', database: 'postgres', relation: 'public.item', row: '(0,1)' },
    });
    const blocked = await waitFor('the blocked session', async () => {
      const { items } = await monitor.getSessions({ database: 'db' });
      return items.find(({ blockedBy }) => blockedBy.length > 0) ?? null;
    });
    expect(blocked.blockedBy).toEqual([event.rootId]);
    expect(await ours()).toBe(2);

    await holder.query('COMMIT');
    await waiting;
    const end = await waitFor('the end', () => ended[0] ?? null);
    expect(end).toMatchObject({ episodeId: event.episodeId, rootId: event.rootId });
    const { items: probes } = await monitor.getOverhead({ database: 'db' });
    expect(probes.find(({ probe }) => probe === 'locks')?.runs).toBeGreaterThan(1);
    for (const client of [holder, victim, admin]) await client.end();
  });

  it('foretells a deadlock with its victim, and hears of it from the log', async () => {
    await using monitor = new DatabaseResourceMonitor();
    await monitor.addDatabase({
      name: 'db',
      type: 'postgresql',
      connectionString: server().url('postgres', 'dbvitals'),
    });
    const told: { readonly kind: string; readonly victimId: string | null; readonly atMs: number }[] = [];
    const keep = ({ record }: MonitorEvents['deadlock']) =>
      told.push({ kind: record.kind, victimId: record.victimId, atMs: performance.now() });
    monitor.on('deadlockPredicted', keep);
    monitor.on('deadlock', keep);
    await monitor.start();
    const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => server().connect()));
    if (!a || !b || !c || !d) throw new Error('no clients');
    await a.query('INSERT INTO item VALUES (2, 0), (3, 0) ON CONFLICT DO NOTHING');
    // A wait a moment before: from then on it is watched four times a second.
    await c.query('BEGIN; UPDATE item SET n = 1 WHERE id = 1');
    const waiting = d.query('UPDATE item SET n = 2 WHERE id = 1');
    await waitFor('a reading', async () => {
      const { items } = await monitor.getOverhead({ database: 'db' });
      return items.some(({ probe, runs }) => probe === 'locks' && runs > 1) ? true : null;
    });
    await c.query('ROLLBACK');
    await waiting;

    await a.query('BEGIN; UPDATE item SET n = 1 WHERE id = 2');
    await b.query('BEGIN; UPDATE item SET n = 1 WHERE id = 3');
    const ends = [a.query('UPDATE item SET n = 2 WHERE id = 3')];
    // Who waits first is ended; a thousandth of a second would leave it open.
    await waitFor('the first wait', async () => {
      const { rows } = await d.query(
        `SELECT FROM pg_locks WHERE waitstart < clock_timestamp() - interval '100 ms'`,
      );
      return rows.length > 0 ? true : null;
    });
    ends.push(b.query('UPDATE item SET n = 2 WHERE id = 2'));
    const [first] = await Promise.allSettled(ends);
    const killedMs = performance.now();
    const { processID } = (first?.status === 'rejected' ? a : b) as unknown as { processID: number };
    const predicted = told.find(({ kind }) => kind === 'imminent');
    expect(predicted?.victimId).toBe(String(processID));
    expect(killedMs - (predicted?.atMs ?? 0)).toBeGreaterThan(100);
    const happened = await waitFor(
      'what happened',
      () => told.find(({ kind }) => kind === 'happened') ?? null,
    );
    expect(happened.victimId).toBe(String(processID));
    for (const client of [a, b, c, d]) await client.end();
  });
});
