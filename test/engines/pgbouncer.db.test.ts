import pg from 'pg';
import { beforeAll, describe, expect } from 'vitest';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { itNeeding, missingServer } from '../needs.js';
import { createLogins, describeOnPostgres, NEWEST } from '../servers/index.js';
import { PGBOUNCERS, startPgBouncer } from '../servers/pgbouncer.js';
import { waitFor } from '../servers/wait-for.js';

const versions = new Set<string>();

describeOnPostgres('behind PgBouncer', { version: NEWEST }, (server) => {
  beforeAll(() => createLogins(server()));

  describe.each(Object.keys(PGBOUNCERS))('%s', (name) => {
    itNeeding(
      missingServer(name),
      'a session leads to the real client of its server connection',
      async () => {
        await using bouncer = await startPgBouncer(name, server());
        const through = async () => {
          const client = new pg.Client({
            host: '127.0.0.1',
            port: bouncer.port,
            user: 'postgres',
            database: 'postgres',
            application_name: 'web',
          });
          await client.connect();
          return client;
        };
        const client = await waitFor('PgBouncer', () => through().catch(() => null));
        await client.query('BEGIN');
        await using monitor = new DatabaseResourceMonitor();
        await monitor.addDatabase({
          name: 'db',
          type: 'postgresql',
          connectionString: server().url('postgres', 'dbvitals'),
          poolerConnectionString: `postgresql://postgres@127.0.0.1:${bouncer.port}/pgbouncer`,
        });
        await monitor.start();
        const usage = await waitFor('the pool', async () => {
          const found = await monitor.getConnectionUsage({ database: 'db' });
          return found.items.some(({ pooler }) => pooler !== null) ? found : null;
        });
        expect(usage.pools).toMatchObject([
          {
            pooler: expect.stringMatching(/^pgbouncer 1\.\d+\.\d+$/),
            database: 'postgres',
            user: 'postgres',
            mode: 'transaction',
            clientsActive: 1,
            clientsWaiting: 0,
            serversActive: 1,
            serversIdle: 0,
            maxWaitSeconds: 0,
          },
        ]);
        versions.add(usage.pools[0]?.pooler ?? '');
        const { items } = await monitor.getSessions({ database: 'db' });
        const local = (client as unknown as { connection: { stream: { localPort: number } } }).connection
          .stream.localPort;
        expect(items.find(({ client: from }) => from?.through === 'pgbouncer')).toMatchObject({
          state: 'idleInTransaction',
          client: { address: '127.0.0.1', port: local, pid: process.pid },
        });
        const past = await monitor.getSessions({ database: 'db', since: '1m' });
        expect(past.items.some(({ client: from }) => from?.through === 'pgbouncer')).toBe(false);
        await client.end();
      },
    );
  });

  const [oneMissing = null] = Object.keys(PGBOUNCERS).flatMap((name) => missingServer(name) ?? []);
  itNeeding(oneMissing, 'the releases differ', () => {
    expect(versions.size).toBe(Object.keys(PGBOUNCERS).length);
  });
});
