import type { Connection as Client } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LogTail } from '../../../../src/collector/locks/log-tail.js';
import type { Connection } from '../../../../src/core/engine.js';
import type { ReportedDeadlock } from '../../../../src/core/lock-analyst.js';
import { mysql } from '../../../../src/engines/mysql/index.js';
import { openHost } from '../../../../src/host/index.js';
import { DatabaseResourceMonitor } from '../../../../src/index.js';
import { describeOnMysql } from '../../../servers/index.js';
import { waitFor } from '../../../servers/wait-for.js';
import { connectAsMonitor } from '../locks/probing.js';

/** Counters are read every ten seconds, and more seldom where the machine has no CPU free. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 400_000 });

const PRINTED = { 'innodb-print-all-deadlocks': 'ON' };
const CASES = [
  { version: 'mysql-9.7', settings: PRINTED, told: { victim: false } },
  {
    version: 'mysql-9.7',
    settings: { ...PRINTED, 'log-error-verbosity': 3, 'log-error': 'own.err' },
    told: { victim: true },
  },
  { version: 'mariadb-10.11', settings: PRINTED, told: { victim: true } },
  { version: 'mariadb-11.8', settings: { ...PRINTED, 'log-error': 'own.err' }, told: { victim: true } },
] as const;

for (const { told, ...options } of CASES) {
  describeOnMysql('deadlocks in the error log', options, (server) => {
    const host = openHost();
    const clients: Client[] = [];
    let connection: Connection;

    beforeAll(async () => {
      const root = await open();
      await root.query('CREATE TABLE pair (id INT PRIMARY KEY, note TEXT)');
      await root.query(
        'INSERT INTO pair SELECT seq, seq FROM (SELECT 1 AS seq UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) AS s',
      );
      connection = await connectAsMonitor(server());
    });
    afterAll(async () => {
      for (const client of clients) client.destroy();
      await connection.close();
      host.close();
    });

    const open = async () => {
      const client = await server().connect('shop');
      clients.push(client);
      return client;
    };
    /** Two sessions of their own and one of them ended: ids, the victim's first. */
    const deadlock = async (first: number): Promise<string[]> => {
      const [a, b] = [await open(), await open()];
      const set = (client: Client, id: number) =>
        client.query(`UPDATE pair SET note = 'topsecret\nTRANSACTION 7, ACTIVE' WHERE id = ${id}`);
      for (const client of [a, b]) await client.query('BEGIN');
      await set(a, first);
      await set(b, first + 1);
      const ends = await Promise.allSettled([set(a, first + 1), set(b, first)]);
      const [victim, winner] = ends[0]?.status === 'rejected' ? [a, b] : [b, a];
      await winner.query('ROLLBACK');
      return [String(victim.threadId), String(winner.threadId)];
    };

    it('are told each, without a literal, and with the victim where the server names it', async () => {
      const { serverPid } = mysql.locate(connection, host);
      const tail = new LogTail(mysql, connection.facts, serverPid, host);
      tail.poll(Date.now());
      const ended = [await deadlock(1), await deadlock(3), await deadlock(1)];
      const found: ReportedDeadlock[] = [];
      await waitFor(
        'three deadlocks',
        () => {
          found.push(...tail.poll(Date.now()));
          return found.length >= ended.length ? true : null;
        },
        60_000,
      );
      expect(found.map(({ parties }) => parties.map(({ sessionId }) => sessionId).sort())).toEqual(
        ended.map((ids) => [...ids].sort()),
      );
      expect(found.map(({ victimId }) => victimId)).toEqual(
        ended.map(([victim]) => (told.victim ? victim : null)),
      );
      for (const { parties, atMs, source } of found) {
        expect(source).toBe('error log');
        expect(Math.abs(atMs - Date.now())).toBeLessThan(60_000);
        for (const party of parties)
          expect(party).toMatchObject({
            text: 'UPDATE pair SET note = ? WHERE id = ?',
            waitsFor: 'shop.pair',
            mode: 'X,REC_NOT_GAP',
          });
      }
      expect(tail.poll(Date.now())).toEqual([]);
    });

    it('and in the status are the same ones: all of several between two looks at it are kept, each once', async () => {
      await using monitor = new DatabaseResourceMonitor();
      const connectionString = server().url('', 'dbvitals', 'watching');
      await monitor.addDatabase({ name: 'db', type: server().flavour, connectionString });
      await monitor.start();
      const happened = async () => {
        const { items } = await monitor.getDeadlocks({ database: 'db', since: '10m' });
        return items.filter(({ kind }) => kind === 'happened');
      };
      await waitFor(
        'the counters to be read',
        async () => {
          const { items } = await monitor.getOverhead({ database: 'db' });
          return items.some(({ probe, runs }) => probe === 'counters-innodb' && runs > 0) ? true : null;
        },
        60_000,
      );
      const ended = [await deadlock(1), await deadlock(3)];
      const kept = await waitFor(
        'the status to have been read too',
        async () => {
          const items = await happened();
          const both = items.some(({ source }) => /status/.test(source) && /log/.test(source));
          return both && items.length >= ended.length ? items : null;
        },
        150_000,
        500,
      );
      expect(kept.map(({ parties }) => parties.map(({ sessionId }) => sessionId).sort()).sort()).toEqual(
        ended.map((ids) => [...ids].sort()).sort(),
      );
    });
  });
}
