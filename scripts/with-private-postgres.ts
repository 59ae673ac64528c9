/** Runs a script with DBVITALS_URL pointing to a private PostgreSQL under a little load, then takes all of it away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startPostgresServer } from '../src/lab/postgresql/index.js';

const script = process.argv[2];
if (script === undefined) throw new Error('usage: with-private-postgres.ts SCRIPT');
await using server = await startPostgresServer({
  version: 'any',
  preload: ['pg_stat_statements'],
  extensions: ['pg_stat_statements'],
});
const load = await server.connect();
let busy = true;
const loading = (async () => {
  while (busy) await load.query('SELECT count(*), sum(i) FROM generate_series(1, 200000) AS i');
})();
try {
  const child = spawn('npx', ['tsx', script], {
    stdio: 'inherit',
    env: { ...process.env, DBVITALS_URL: server.url('postgres') },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  busy = false;
  await loading;
  await load.end();
}
