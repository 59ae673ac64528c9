import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseResourceMonitor } from '../../../src/index.js';
import { describeOnMysql } from '../../servers/index.js';
import { waitFor } from '../../servers/wait-for.js';

// The server takes its zone from its environment; InnoDB's views give times in that zone, our session has UTC.
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'America/New_York';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

for (const version of ['mysql-9.7', 'mariadb-11.8'] as const) {
  describeOnMysql('a server in another time zone', { version }, (server) => {
    it('has transactions of their true age', async () => {
      await using monitor = new DatabaseResourceMonitor();
      const client = await server().connect('shop');
      await client.query('CREATE TABLE t (i INT); START TRANSACTION; INSERT INTO t VALUES (1)');
      await monitor.addDatabase({ name: 'db', type: 'mysql', connectionString: server().url() });
      await monitor.start();
      const age = await waitFor('the open transaction', async () => {
        const { items } = await monitor.getSessions({ database: 'db' });
        return (
          items.find(({ sessionId }) => sessionId === String(client.threadId))?.transactionAgeSeconds ?? null
        );
      });
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(600);
      await client.end();
    });
  });
}
