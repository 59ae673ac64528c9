/** Runs one workload against 127.0.0.1:PORT until SIGTERM. Arguments: port, workload, seed. */
import pg from 'pg';
import { evictPageCache } from './evict.js';
import { seeded, WORKLOADS } from './workloads.js';

const [port, name, seed] = process.argv.slice(2) as [string, string, string];
const workload = WORKLOADS.find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);
let busy = true;
process.once('SIGTERM', () => {
  busy = false;
});
const random = seeded(Number(seed));
if (workload.cold) void evictPageCache(() => busy);
console.log('ready');
await Promise.all(Array.from({ length: workload.sessions }, (_, session) => run(session)));
process.exit(0);

async function run(session: number): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'load',
    database: 'postgres',
    application_name: name,
  });
  await client.connect();
  await client.query(workload?.setup ?? '');
  while (busy) await client.query(workload?.pick(session, random) ?? '');
  await client.end();
}
