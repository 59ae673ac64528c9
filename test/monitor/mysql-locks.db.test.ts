import type { Connection as Client } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { DatabaseResourceMonitor, type LocksReport } from '../../src/index.js';
import { describeOnMysql } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

/** Two turns of the lane of counters, which has one every ten seconds, and fewer where the machine has no CPU free. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 400_000 });

const ROWS = 12_000;
/** Above what is told of as many. */
const INSERTS = 24;

for (const version of ['mysql-9.7', 'mariadb-11.8'] as const) {
  const settings = { 'innodb-autoinc-lock-mode': 1, 'innodb-lock-wait-timeout': 300 };
  describeOnMysql('what the answer about locks takes from InnoDB', { version, settings }, (server) => {
    const monitor = new DatabaseResourceMonitor();
    const clients: Client[] = [];
    const open = async () => {
      const client = await server().connect('shop');
      clients.push(client);
      return client;
    };
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
    const found = (report: LocksReport, code: string) => report.escalation.find((each) => each.code === code);

    beforeAll(async () => {
      const root = await open();
      await root.query(
        'CREATE TABLE digits (d INT); INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)',
      );
      await root.query(
        'CREATE TABLE stock (id INT PRIMARY KEY, v INT); CREATE TABLE gaps (id INT PRIMARY KEY)',
      );
      await root.query(
        `INSERT INTO stock SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d, 0 FROM digits a, digits b, digits c, digits e, digits f WHERE f.d < 2`,
      );
      await root.query('INSERT INTO gaps SELECT 10 * (a.d + 10 * b.d) FROM digits a, digits b WHERE b.d < 4');
      await root.query('CREATE TABLE serial (id INT AUTO_INCREMENT PRIMARY KEY, v INT)');
      const connectionString = server().url('', 'dbvitals', 'watching');
      await monitor.addDatabase({ name: 'db', type: server().flavour, connectionString });
      await monitor.start();
    });
    afterEach(() => {
      for (const client of clients.splice(0)) client.destroy();
    });
    afterAll(() => monitor.stop());

    it('who holds rows that nobody waits for, how many, and that they become more', async () => {
      const holder = await open();
      await holder.query(`BEGIN; UPDATE stock SET v = 1 WHERE id < 500`);
      const { longTransactions, graph } = await answer('the holder', (report) =>
        report.longTransactions.some(({ rowsLocked }) => rowsLocked !== null),
      );
      expect(graph.nodes).toEqual([]);
      expect(longTransactions[0]).toMatchObject({
        sessionId: String(holder.threadId),
        state: 'idleInTransaction',
        holds: [],
        rowsModified: 500,
        blockedSessions: 0,
      });
      expect(longTransactions[0]?.rowsLocked).toBeGreaterThanOrEqual(500);
      expect(longTransactions[0]?.criticality).toBeGreaterThan(0);
      await holder.query(`UPDATE stock SET v = 1 WHERE id < ${ROWS}`);
      const report = await answer('its growth', (each) => found(each, 'LOCK_ROWS_GROW') !== undefined);
      const growth = found(report, 'LOCK_ROWS_GROW');
      expect(growth?.title).toMatch(/rows locked, \d+ more each second/);
      expect(growth?.evidence.find(({ what }) => what === 'rows locked')?.value).toBeGreaterThanOrEqual(ROWS);
    });

    it('the share of gaps and next keys in what is waited for', async () => {
      const holder = await open();
      await holder.query('BEGIN; SELECT * FROM gaps WHERE id >= 0 FOR UPDATE');
      for (let row = 0; row < INSERTS; row += 1)
        (await open()).query(`INSERT INTO gaps VALUES (${10 * row + 5})`).catch(() => {});
      const report = await answer('the gaps', (each) => found(each, 'LOCK_GAPS') !== undefined);
      expect(found(report, 'LOCK_GAPS')?.title).toMatch(
        new RegExp(
          `^Session ${holder.threadId} \\(root\\) holds \\d+ gap or next-key locks of \\d+ row locks seen`,
        ),
      );
      expect(report.items[0]).toMatchObject({ sessionId: String(holder.threadId), blockedSessions: INSERTS });
    });

    it('inserts that wait for AUTO_INC, which no counter of InnoDB tells', async () => {
      const [holder, waiter] = [await open(), await open()];
      // The lock is taken with the first row; the second one takes its time.
      holder.query('INSERT INTO serial (v) SELECT SLEEP(100 * d) FROM digits').catch(() => {});
      const root = await open();
      await waitFor(
        'its first row',
        async () => {
          const [rows] = await root.query(
            'SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = ? AND trx_rows_modified > 0',
            [holder.threadId],
          );
          return (rows as unknown[]).length > 0 ? true : null;
        },
        20_000,
        200,
      );
      waiter.query('INSERT INTO serial (v) SELECT d FROM digits').catch(() => {});
      const report = await answer('the wait', (each) => found(each, 'LOCK_AUTO_INC') !== undefined);
      expect(found(report, 'LOCK_AUTO_INC')?.title).toContain('shop.serial');
      expect(report.items[0]).toMatchObject({ sessionId: String(holder.threadId), blockedSessions: 1 });
    });
  });
}
