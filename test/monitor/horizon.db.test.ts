import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';
import { createLogins, describeOnPostgres, NEWEST } from '../servers/index.js';
import { startStandby } from '../servers/standby.js';
import { startMonitor } from '../servers/start-monitor.js';
import { waitFor } from '../servers/wait-for.js';

/** Counters are read every ten seconds, and more seldom where the machine has no CPU free. */
vi.setConfig({ testTimeout: 200_000 });

const SETTINGS = { wal_level: 'logical', max_prepared_transactions: 2, max_wal_senders: 6 };
const FEEDBACK = { hot_standby_feedback: 'on', wal_receiver_status_interval: '1s' };

describeOnPostgres('what keeps dead rows', { version: NEWEST, settings: SETTINGS }, (server) => {
  const standbys: PrivatePostgres[] = [];
  let home: Awaited<ReturnType<PrivatePostgres['connect']>>;
  let old: typeof home;

  beforeAll(async () => {
    await createLogins(server());
    [home, old] = [await server().connect(), await server().connect()];
    await home.query("SELECT pg_create_physical_replication_slot('by_slot')");
    await home.query("SELECT pg_create_logical_replication_slot('decoder', 'pgoutput')");
    const conninfo = `host=127.0.0.1 port=${server().port} user=postgres`;
    standbys.push(
      await startStandby(server(), { ...FEEDBACK, primary_slot_name: 'by_slot' }),
      await startStandby(server(), {
        ...FEEDBACK,
        primary_conninfo: `${conninfo} application_name=without_slot`,
      }),
    );
    await home.query('CREATE TABLE kept (id int)');
    await home.query("BEGIN; INSERT INTO kept VALUES (1); PREPARE TRANSACTION 'two-phase'");
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM kept');
    await home.query(
      'DO $$ BEGIN FOR i IN 1..1500 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$',
    );
  });
  afterAll(async () => {
    for (const client of [old, home]) await client.end();
    await Promise.all(standbys.map((standby) => standby.stop()));
  });

  it('is told of five kinds: a session, a prepared transaction, both kinds of slots, and a standby', async () => {
    await using monitor = await startMonitor(server());
    const pid = String((await old.query('SELECT pg_backend_pid() AS pid')).rows[0].pid);
    const holders = await waitFor(
      'all five',
      async () => {
        const { xminHolders } = await monitor.analyzeLockContention({ database: 'db' });
        return new Set(xminHolders.map(({ kind }) => kind)).size === 5 ? xminHolders : null;
      },
      150_000,
      250,
    );
    expect(new Set(holders.map(({ kind, name }) => `${kind}:${name}`))).toEqual(
      new Set([
        `session:${pid}`,
        'prepared:two-phase',
        'slot:by_slot',
        'slotCatalog:decoder',
        'standby:without_slot',
      ]),
    );
    const ageOf = (kind: string) => holders.find((holder) => holder.kind === kind)?.age ?? 0;
    // The two that began before 1,500 transactions, and what began before them.
    for (const kind of ['session', 'prepared', 'slotCatalog'])
      expect(ageOf(kind), kind).toBeGreaterThanOrEqual(1_500);
    expect(holders.map(({ age }) => age)).toEqual(holders.map(({ age }) => age).sort((a, b) => b - a));
    for (const { advice } of holders) expect(advice).not.toBe('');
  });

  it('is a query on a standby that holds up the primary, through its slot or without one', async () => {
    const readers = await Promise.all(standbys.map((standby) => standby.connect()));
    for (const reader of readers)
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM kept');
    await home.query(
      'DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$',
    );
    await using monitor = await startMonitor(server());
    await waitFor(
      'the age of both',
      async () => {
        const { xminHolders } = await monitor.analyzeLockContention({ database: 'db' });
        const ages = new Map(xminHolders.map(({ kind, age }) => [kind, age]));
        return (ages.get('slot') ?? 0) >= 3_000 && (ages.get('standby') ?? 0) >= 3_000 ? true : null;
      },
      150_000,
      250,
    );
    for (const reader of readers) await reader.end();
  });
});
