import type { Connection as Client } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/core/engine.js';
import type { TransactionStep } from '../../../../src/core/lock-analyst.js';
import { describeOnMysql } from '../../../servers/index.js';
import { waitFor } from '../../../servers/wait-for.js';
import { connectAsMonitor, readLocks, runProbe } from './probing.js';

const HISTORY = {
  'performance-schema': 'ON',
  'performance-schema-consumer-events-statements-current': 'ON',
  'performance-schema-consumer-events-statements-history': 'ON',
  'performance-schema-consumer-events-transactions-current': 'ON',
  'performance-schema-instrument': 'transaction=ON',
};

for (const options of [
  { version: 'mysql-9.7' },
  { version: 'mariadb-10.11', settings: HISTORY },
  { version: 'mariadb-11.8' },
] as const) {
  describeOnMysql('probes of locks', options, (server) => {
    let root: Client;
    let monitor: Connection;
    const schema = !(!('settings' in options) && options.version.startsWith('mariadb'));

    beforeAll(async () => {
      root = await server().connect('shop');
      await root.query(
        "CREATE TABLE names (name VARCHAR(40) PRIMARY KEY, v INT); INSERT INTO names VALUES ('topsecret', 0), ('other', 0)",
      );
      await root.query(
        'CREATE TABLE shops (id INT PRIMARY KEY, n INT); INSERT INTO shops VALUES (7, 0); CREATE TABLE orders (Shop INT, FOREIGN KEY (Shop) REFERENCES shops (id))',
      );
      monitor = await connectAsMonitor(server());
    });
    afterAll(async () => {
      await monitor.close();
      await root.end();
    });

    it('counts who waits for a row, and keeps values of columns and of GET_LOCK to itself', async () => {
      const [holder, waiter] = [await server().connect('shop'), await server().connect('shop')];
      expect(await runProbe('lock-waiters', monitor)).toEqual({ waiters: 0 });
      await holder.query(
        "BEGIN; UPDATE names SET v = 1 WHERE name = 'topsecret'; DO GET_LOCK('topsecret', 0)",
      );
      waiter.query("UPDATE names SET v = 2 WHERE name = 'topsecret'").catch(() => {});
      for (const name of ['lock-waiters', 'lock-watch'])
        await waitFor(
          name,
          async () => ((await runProbe(name, monitor)).waiters === 1 ? true : null),
          20_000,
          110,
        );
      const reading = await readLocks(monitor);
      expect(reading.edges).toMatchObject([
        { waiterId: String(waiter.threadId), blockerId: String(holder.threadId), kind: 'hard' },
      ]);
      const [edge] = reading.edges;
      expect(edge?.resource).toMatchObject({ kind: 'row', relation: 'shop.names', index: 'PRIMARY' });
      expect(edge?.resource.row).toMatch(/^[0-9a-f]{16}$/);
      expect(Math.abs((edge?.waitStartedAtMs ?? 0) - Date.now())).toBeLessThan(5_000);
      const sessions = new Map(reading.sessions.map((session) => [session.id, session]));
      expect(sessions.get(String(holder.threadId))).toMatchObject({
        state: 'idleInTransaction',
        rowsModified: 1,
        user: 'root',
      });
      expect(sessions.get(String(waiter.threadId))).toMatchObject({ state: 'active', database: 'shop' });
      expect(sessions.get(String(waiter.threadId))?.digest).not.toBeNull();
      expect(JSON.stringify(reading)).not.toContain('topsecret');
      holder.destroy();
      waiter.destroy();
    });

    it('tells a deadlock as InnoDB does, without literals', async () => {
      const [a, b] = [await server().connect('shop'), await server().connect('shop')];
      const set = (name: string) => `UPDATE names SET v = v + 1 WHERE name = '${name}'`;
      await a.query(`BEGIN; ${set('topsecret')}`);
      await b.query(`BEGIN; ${set('other')}`);
      const ends = [a.query(set('other')), b.query(set('topsecret'))].map((end) =>
        end.then(
          () => null,
          ({ code }: { code: string }) => code,
        ),
      );
      const victim = (await Promise.all(ends)).indexOf('ER_LOCK_DEADLOCK');
      const { reported = [] } = await runProbe('deadlocks', monitor);
      expect(reported).toHaveLength(1);
      expect(reported[0]?.victimId).toBe(String([a, b][victim]?.threadId));
      expect(new Set(reported[0]?.parties.map(({ sessionId }) => sessionId))).toEqual(
        new Set([a, b].map(({ threadId }) => String(threadId))),
      );
      for (const party of reported[0]?.parties ?? [])
        expect(party).toMatchObject({
          text: 'UPDATE names SET v = v + ? WHERE name = ?',
          waitsFor: 'shop.names',
          mode: 'X,REC_NOT_GAP',
        });
      expect(Math.abs((reported[0]?.atMs ?? 0) - Date.now())).toBeLessThan(5_000);
      a.destroy();
      b.destroy();
    });

    if (schema)
      it('tells what transactions ran, in order and once', async () => {
        const client = await server().connect('shop');
        const id = String(client.threadId);
        // A statement is in the history a moment after its client has the answer.
        const own = async (count: number) => {
          const found: TransactionStep[] = [];
          await waitFor(`${count} steps`, async () => {
            const { history = [] } = await runProbe('lock-history', monitor);
            found.push(...history.filter(({ sessionId }) => sessionId === id));
            return found.length >= count ? true : null;
          });
          return found;
        };
        for (const sql of [
          'BEGIN',
          'SELECT v FROM names',
          'UPDATE names SET v = 5',
          'COMMIT',
          'BEGIN',
          'SELECT 1',
        ])
          await client.query(sql);
        const steps = await own(3);
        expect(steps.map(({ transaction }) => transaction === steps[0]?.transaction)).toEqual([
          true,
          true,
          false,
        ]);
        expect(new Set(steps.map(({ digest }) => digest)).size).toBe(3);
        expect([...steps].sort((x, y) => x.step - y.step)).toEqual(steps);
        expect(steps.map(({ plainRead }) => plainRead)).toEqual([true, false, true]);
        expect(steps.slice(1).map(({ follows }) => follows)).toEqual([true, true]);
        await client.query('UPDATE names SET v = 6 WHERE v = 771');
        const [named] = await own(1);
        expect(named).toMatchObject({ follows: true, row: { relation: 'shop.names', inserted: false } });
        expect(named?.row?.columns.get('v')).toBe(771);
        expect(named?.row?.key).not.toContain('771');
        expect(await own(0)).toEqual([]);
        await client.query('SELECT v FROM names');
        expect((await own(1)).map(({ digest }) => digest)).toEqual([steps[0]?.digest]);
        await client.end();
      });

    if (schema)
      it('tells what statements lock as others may: what a new row refers to, and the gap where none is', async () => {
        const client = await server().connect('shop');
        const id = String(client.threadId);
        const steps: TransactionStep[] = [];
        for (const sql of [
          'BEGIN',
          'INSERT INTO orders (Shop) VALUES (7)',
          'UPDATE shops SET n = n + 1 WHERE id = 7',
          'SELECT n FROM shops WHERE id = 8 FOR UPDATE',
          'SELECT n FROM shops WHERE id = 7 FOR UPDATE',
        ])
          await client.query(sql);
        await waitFor('4 steps', async () => {
          const { history = [] } = await runProbe('lock-history', monitor);
          steps.push(...history.filter(({ sessionId }) => sessionId === id));
          return steps.length >= 4 ? true : null;
        });
        const [inserted, updated, missing, found] = steps;
        expect(inserted?.shares.map(({ key }) => key)).toEqual([updated?.row?.key]);
        expect(missing).toMatchObject({ row: null, plainRead: true });
        expect([...(missing?.shares[0]?.columns ?? [])]).toEqual([['id', 8]]);
        expect(found).toMatchObject({ shares: [], row: { relation: 'shop.shops' } });
        client.destroy();
      });

    if (!schema)
      it('shows a wait for a metadata lock without its blocker where nothing lists them', async () => {
        const [holder, waiter] = [await server().connect('shop'), await server().connect('shop')];
        await holder.query('BEGIN; SELECT * FROM names');
        waiter.query('ALTER TABLE names ADD COLUMN z INT').catch(() => {});
        const lock = await waitFor('the wait', async () => {
          const { locks, edges } = await readLocks(monitor);
          expect(edges).toEqual([]);
          return locks[0] ?? null;
        });
        expect(lock).toMatchObject({
          sessionId: String(waiter.threadId),
          granted: false,
          mode: 'Waiting for table metadata lock',
          resource: { key: 'metadata:unknown', kind: 'metadata' },
        });
        const capability = monitor.facts.capabilities.find((each) => each.capability === 'locks.metadata');
        expect(capability).toMatchObject({
          available: false,
          remedy: "INSTALL SONAME 'metadata_lock_info';",
        });
        holder.destroy();
        waiter.destroy();
      });

    it('does not hang behind locks on the views that it reads', async () => {
      const holder = await server().connect();
      const views = schema ? ['threads', 'metadata_locks', 'setup_instruments'] : ['threads'];
      for (const view of views)
        await holder.query(`LOCK TABLES performance_schema.${view} WRITE`).catch(() => {});
      await holder.query('FLUSH TABLES WITH READ LOCK').catch(() => {});
      for (const name of ['lock-waiters', 'locks', 'deadlocks']) {
        const started = performance.now();
        await runProbe(name, monitor).catch(({ code }) => expect(code).toBe('DEADLINE_EXCEEDED'));
        expect(performance.now() - started).toBeLessThan(2_500);
      }
      await holder.query('UNLOCK TABLES');
      expect((await readLocks(monitor)).edges).toEqual([]);
      await holder.end();
    });
  });
}
