import type { Connection as Client } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseResourceMonitor, type DdlGuardReport } from '../../src/index.js';
import type { MysqlServerOptions } from '../../src/lab/mysql/index.js';
import { asDocumented } from '../docs/documented.js';
import { describeOnMysql } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const INSTRUMENT = { 'performance-schema-instrument': 'wait/lock/metadata/sql/mdl=ON' };
const SERVERS: readonly (MysqlServerOptions & { readonly listed: 'all' | 'granted' | 'none' })[] = [
  { version: 'mysql-9.7', listed: 'all' },
  { version: 'mariadb-10.11', settings: { 'performance-schema': 'ON', ...INSTRUMENT }, listed: 'all' },
  { version: 'mariadb-11.8', settings: { 'plugin-load-add': 'metadata_lock_info' }, listed: 'granted' },
  { version: 'mariadb-11.8', listed: 'none' },
];

for (const { listed, ...options } of SERVERS) {
  describeOnMysql('what an ALTER would stand behind', options, (server) => {
    const clients: Client[] = [];
    let holder: Client;
    let bystander: Client;
    let waiter: Client;

    beforeAll(async () => {
      const root = await open();
      await root.query('CREATE TABLE orders (id INT PRIMARY KEY); CREATE TABLE others (id INT PRIMARY KEY)');
      await root.query('CREATE TABLE `we ird-é` (id INT PRIMARY KEY); INSERT INTO `we ird-é` VALUES (1)');
      [holder, bystander, waiter] = [await open(), await open(), await open()];
      await holder.query('BEGIN; SELECT * FROM orders');
      await bystander.query('BEGIN; SELECT * FROM others');
      waiter.query('ALTER TABLE orders ADD COLUMN note TEXT').catch(() => {});
      await waitFor('the ALTER to wait', async () => {
        const [rows] = await root.query(
          "SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock'",
        );
        return (rows as unknown[]).length > 0 ? true : null;
      });
    });
    afterAll(() => {
      for (const client of clients) client.destroy();
    });

    const open = async () => {
      const client = await server().connect('shop');
      clients.push(client);
      return client;
    };
    const guard = async (table: string): Promise<DdlGuardReport> => {
      await using monitor = new DatabaseResourceMonitor();
      const connectionString = server().url('', 'dbvitals', 'watching');
      await monitor.addDatabase({ name: 'db', type: server().flavour, connectionString });
      return monitor.analyzeDdl({ database: 'db', table });
    };
    const idOf = ({ threadId }: Client) => String(threadId);

    it('names who holds a lock on the table and who waits for one, with the minimum of grants', async () => {
      const report = await guard('shop.orders');
      asDocumented(report);
      expect(report).toMatchObject({ table: 'shop.orders' });
      expect(report.standsBehindSeconds).toBeGreaterThan(1);
      const found = Object.fromEntries(report.items.map((item) => [item.sessionId, item]));
      const state = 'idleInTransaction';
      const wants = { granted: false, state: 'active' };
      if (listed === 'none') {
        expect(found[idOf(holder)]).toMatchObject({ mode: 'unknown', state, confidence: 0.3 });
        expect(found[idOf(bystander)]).toMatchObject({ mode: 'unknown', state, confidence: 0.3 });
        expect(found[idOf(waiter)]).toMatchObject({ ...wants, mode: 'EXCLUSIVE', confidence: 0.7 });
        expect(report.findings[0]?.title).toContain('could stand behind');
        expect(report.limits).toMatchObject([
          { capability: 'locks.metadata', remedy: "INSTALL SONAME 'metadata_lock_info';" },
        ]);
      } else {
        expect(found[idOf(holder)]).toMatchObject({
          mode: 'SHARED_READ',
          granted: true,
          state,
          confidence: 1,
        });
        expect(found[idOf(bystander)]).toBeUndefined();
        expect(found[idOf(waiter)]).toMatchObject({ ...wants, confidence: listed === 'all' ? 1 : 0.7 });
        expect(report.findings[0]?.title).toContain('would stand behind');
        expect(report.limits).toEqual([]);
      }
    });

    it('knows a table by any name, and says when there is none', async () => {
      expect((await guard('shop.`we ird-é`')).table).toBe('shop.we ird-é');
      await expect(guard('shop.nowhere')).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('no table shop.nowhere'),
      });
    });
  });
}
