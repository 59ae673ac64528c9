import type pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LocksReport } from '../../src/core/lock-report.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

/** Two turns of the lane of counters, which has one every ten seconds, and fewer where the machine has no CPU free. */
vi.setConfig({ testTimeout: 300_000 });

describeOnPostgres(
  'what the answer about locks takes from the server',
  {
    version: NEWEST,
    ...WITH_STATEMENTS,
    settings: {
      max_connections: 30,
      max_prepared_transactions: 5,
      max_locks_per_transaction: 32,
      wal_level: 'logical',
    },
  },
  (server) => {
    const clients: pg.Client[] = [];
    const monitor = new DatabaseResourceMonitor();
    const open = async (application = 'test') => {
      const client = await server().connect('postgres', undefined, application);
      clients.push(client);
      return client;
    };
    /** The first answer of which this holds; the lane of counters runs every ten seconds. */
    const answer = (what: string, holds: (report: LocksReport) => boolean) =>
      waitFor(
        what,
        async () => {
          const report = await monitor.analyzeLockContention({ database: 'db' });
          return holds(report) ? report : null;
        },
        120_000,
        500,
      );

    beforeAll(async () => {
      await createLogins(server());
      const admin = await open();
      await admin.query('CREATE TABLE parts (id int) PARTITION BY LIST (id)');
      for (let part = 0; part < 60; part += 1)
        await admin.query(`CREATE TABLE part_${part} PARTITION OF parts FOR VALUES IN (${part})`);
      for (let table = 0; table < 12; table += 1)
        await admin.query(`CREATE TABLE plain_${table} AS SELECT 1 AS i`);
      await admin.query('CREATE TABLE kept (id int); CREATE TABLE lone (id int)');
      await admin.query("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')");
      await admin.query('BEGIN');
      await admin.query('INSERT INTO kept VALUES (1)');
      await admin.query("PREPARE TRANSACTION 'left behind'");
      const serializable = await open('serializable');
      await serializable.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      for (let table = 0; table < 12; table += 1)
        await serializable.query(`SELECT count(*) FROM plain_${table}`);
      const wide = await open('wide');
      await wide.query('BEGIN');
      await wide.query('SELECT count(*) FROM parts');
      await wide.query('SELECT pg_advisory_xact_lock(i) FROM generate_series(1, 700) AS i');
      await monitor.addDatabase({
        name: 'db',
        type: 'postgresql',
        connectionString: server().url('postgres', 'dbvitals'),
      });
      await monitor.start();
    });
    afterAll(async () => {
      await monitor.stop();
      await Promise.all(clients.map((client) => client.end()));
    });

    it('how full the lock table is, what found no fast-path slot, and promoted predicate locks', async () => {
      const { escalation } = await answer(
        'escalation',
        ({ escalation: found, window }) => found.length >= 3 && (window?.samples ?? 0) >= 3,
      );
      const codes = escalation.map(({ code }) => code).sort();
      expect(codes).toEqual(['LOCK_FAST_PATH_FULL', 'LOCK_PREDICATE_PROMOTION', 'LOCK_TABLE_FILLS']);
      const table = escalation.find(({ code }) => code === 'LOCK_TABLE_FILLS');
      const value = (what: RegExp) => Number(table?.evidence.find((each) => what.test(each.what))?.value);
      // 32 × (30 + 5), as documented; 700 advisory locks and the tables.
      expect(value(/max_locks_per_transaction/)).toBe(32 * 35);
      expect(value(/locks in the shared table/)).toBeGreaterThan(700);
      expect(table?.evidence.map(({ what }) => what)).toContain('instance CPU');
    });

    it('who keeps dead rows, of each kind that this server has', async () => {
      const { xminHolders } = await answer('holders', (report) => report.xminHolders.length >= 2);
      const known = new Map(xminHolders.map(({ kind, name }) => [kind, name]));
      expect(known.get('prepared')).toBe('left behind');
      expect(known.get('slotCatalog')).toBe('forgotten');
    });

    it('a long transaction and what it holds before anybody waits for it', async () => {
      const { longTransactions, graph } = await answer('long transactions', (report) =>
        report.longTransactions.some(({ holds }) => holds.length > 0),
      );
      expect(graph.nodes).toEqual([]);
      const wide = longTransactions.find(({ application }) => application === 'wide');
      expect(wide).toMatchObject({ state: 'idleInTransaction', blockedSessions: 0 });
      expect(wide?.holds).toContainEqual(
        expect.objectContaining({
          mode: 'AccessShareLock',
          relation: expect.stringMatching(/^public\.part/),
        }),
      );
    });

    it('a transaction that takes a stronger lock on a table that it has already', async () => {
      const upgrader = await open('upgrader');
      await upgrader.query('BEGIN');
      await upgrader.query('SELECT count(*) FROM lone');
      await answer('the weaker lock', ({ longTransactions }) =>
        longTransactions.some(
          ({ application, holds }) =>
            application === 'upgrader' && holds.some(({ mode }) => mode === 'AccessShareLock'),
        ),
      );
      await upgrader.query('LOCK TABLE lone IN ACCESS EXCLUSIVE MODE');
      const { escalation } = await answer('the upgrade', (report) =>
        report.escalation.some(({ code }) => code === 'LOCK_MODE_UPGRADE'),
      );
      expect(escalation.find(({ code }) => code === 'LOCK_MODE_UPGRADE')?.title).toMatch(
        /from AccessShareLock to AccessExclusiveLock on public\.lone within one transaction/,
      );
    });
  },
);
