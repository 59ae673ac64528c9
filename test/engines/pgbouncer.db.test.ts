import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { serverAccount } from '../../src/lab/account.js';
import { freePort } from '../../src/lab/free-port.js';
import { createLogins, describeOnPostgres, NEWEST } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const there = existsSync(PGBOUNCER);
if (!there) console.error(`SKIPPED: no ${PGBOUNCER} (Debian: apt-get install pgbouncer)`);

describeOnPostgres('behind PgBouncer', { version: NEWEST }, (server) => {
  it.skipIf(!there && process.env.CI === undefined)(
    'a session leads to the real client of its server connection',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'dbvitals-pgbouncer-test-'));
      const port = await freePort();
      const { uid, gid } = serverAccount();
      const settings = [
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'auth_type = any',
        'pool_mode = transaction',
        'unix_socket_dir =',
        'stats_users = postgres',
        'ignore_startup_parameters = options',
      ];
      writeFileSync(
        join(directory, 'pgbouncer.ini'),
        `[databases]\npostgres = host=127.0.0.1 port=${server().port} user=postgres\n[pgbouncer]\n${settings.join('\n')}\n`,
      );
      if (uid !== undefined) chownSync(directory, uid, gid ?? uid);
      const bouncer = spawn(PGBOUNCER, ['-q', join(directory, 'pgbouncer.ini')], {
        stdio: 'ignore',
        ...(uid === undefined ? {} : { uid, gid }),
      });
      const through = async () => {
        const client = new pg.Client({
          host: '127.0.0.1',
          port,
          user: 'postgres',
          database: 'postgres',
          application_name: 'web',
        });
        await client.connect();
        return client;
      };
      try {
        const client = await waitFor('PgBouncer', async () => through().catch(() => null));
        await createLogins(server());
        await client.query('BEGIN');
        await using monitor = new DatabaseResourceMonitor();
        await monitor.addDatabase({
          name: 'db',
          type: 'postgresql',
          connectionString: server().url('postgres', 'dbvitals'),
          poolerConnectionString: `postgresql://postgres@127.0.0.1:${port}/pgbouncer`,
        });
        await monitor.start();
        const usage = await waitFor('the pool', async () => {
          const found = await monitor.getConnectionUsage({ database: 'db' });
          return found.items.some(({ pooler }) => pooler !== null) ? found : null;
        });
        expect(usage.pools).toEqual([
          expect.objectContaining({ database: 'postgres', mode: 'transaction', serversActive: 1 }),
        ]);
        const { items } = await monitor.getSessions({ database: 'db' });
        const local = (client as unknown as { connection: { stream: { localPort: number } } }).connection
          .stream.localPort;
        expect(items.find(({ client: from }) => from?.through === 'pgbouncer')).toMatchObject({
          state: 'idleInTransaction',
          client: { address: '127.0.0.1', port: local },
        });
        await client.end();
      } finally {
        bouncer.kill('SIGKILL');
        await once(bouncer, 'exit');
        rmSync(directory, { recursive: true, force: true });
      }
    },
  );
});
