import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { itNeeding } from '../needs.js';
import { createLogins, describeOnPostgres, NEWEST } from '../servers/index.js';
import { startMonitor } from '../servers/start-monitor.js';
import { waitFor } from '../servers/wait-for.js';

const noListing = spawnSync('ss', ['-xnH']).status === 0 ? null : 'ss of iproute2 is missing';

/** A client in a process of its own that is busy until its input ends. */
const CLIENT = `
  import pg from 'pg';
  const client = new pg.Client({ host: process.env.PGHOST, port: Number(process.env.PGPORT), user: 'postgres', database: 'postgres', application_name: 'other' });
  await client.connect();
  process.stdin.once('end', () => process.exit(0)).resume();
  await client.query('SELECT pg_sleep(600)');
`;

describeOnPostgres('clients of a Unix socket', { version: NEWEST }, (server) => {
  let other: ChildProcess | null = null;
  let own: pg.Client | null = null;
  beforeAll(async () => {
    await createLogins(server());
    const { socketDirectory: host, port } = server();
    own = new pg.Client({ host, port, user: 'postgres', database: 'postgres', application_name: 'own' });
    await own.connect();
    own.query('SELECT pg_sleep(600)').catch(() => {});
    other = spawn(process.execPath, ['--input-type=module', '--eval', CLIENT], {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, PGHOST: host, PGPORT: String(port) },
    });
  });
  afterAll(async () => {
    other?.kill('SIGKILL');
    await own?.end();
  });

  itNeeding(
    noListing,
    'are told from each other by their processes',
    async () => {
      await using monitor = await startMonitor(server());
      const clients = await waitFor(
        'both clients with their processes',
        async () => {
          const { items } = await monitor.getSessions({ database: 'db' });
          const of = (name: string) => items.find(({ application }) => application === name)?.client ?? null;
          const both = { own: of('own'), other: of('other') };
          return both.own === null || both.other === null ? null : both;
        },
        90_000,
      );
      expect(clients).toMatchObject({
        own: { pid: process.pid },
        other: { pid: other?.pid, command: 'node' },
      });
    },
    120_000,
  );
});
