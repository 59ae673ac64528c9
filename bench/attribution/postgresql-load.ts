/** Runs one workload against 127.0.0.1:PORT. Arguments: port, workload, seed. */
import pg from 'pg';
import { evictPageCache } from './evict.js';
import { obey } from './load-control.js';
import { runSession, seeded, WORKLOADS } from './workloads.js';

const [port, name, seed] = process.argv.slice(2) as [string, string, string];
const workload = WORKLOADS.find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);
const random = seeded(Number(seed));
const clients = await Promise.all(Array.from({ length: workload.sessions }, connect));
await obey((busy) => {
  if (workload.cold) void evictPageCache(busy);
  return Promise.all(
    clients.map((client, session) =>
      runSession(workload, session, random, busy, (statement) => client.query(statement)),
    ),
  );
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'load',
    database: 'postgres',
    application_name: name,
  });
  await client.connect();
  await client.query(workload?.setup ?? '');
  return client;
}
