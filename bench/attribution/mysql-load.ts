/** Runs one workload against 127.0.0.1:PORT until SIGTERM. Arguments: port, workload, seed. */
import { createConnection } from 'mysql2/promise';
import { evictPageCache } from './evict.js';
import { seeded } from './workloads.js';
import { MYSQL_WORKLOADS, ONE_EACH } from './workloads-mysql.js';

const [port, name, seed] = process.argv.slice(2) as [string, string, string];
const workload = [...MYSQL_WORKLOADS, ONE_EACH].find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);
let busy = true;
process.once('SIGTERM', () => {
  busy = false;
});
const random = seeded(Number(seed));
if (workload.cold) void evictPageCache(() => busy);
const clients = await Promise.all(
  Array.from({ length: workload.sessions }, () =>
    createConnection({ host: '127.0.0.1', port: Number(port), user: 'loader', database: 'bench' }),
  ),
);
console.log('ready');
await Promise.all(
  clients.map(async (client, session) => {
    while (busy) await client.query(workload.pick(session, random));
    client.destroy();
  }),
);
process.exit(0);
