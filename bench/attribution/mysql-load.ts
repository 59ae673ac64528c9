/** Runs one workload against 127.0.0.1:PORT. Arguments: port, workload, seed. */
import { type Connection, createConnection } from 'mysql2/promise';
import { evictPageCache } from './evict.js';
import { obey } from './load-control.js';
import { runSession, seeded } from './workloads.js';
import { MYSQL_WORKLOADS, ONE_EACH } from './workloads-mysql.js';

const [port, name, seed] = process.argv.slice(2) as [string, string, string];
const workload = [...MYSQL_WORKLOADS, ONE_EACH].find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);
const random = seeded(Number(seed));
const clients: Connection[] = [];
// One after another: a later session has a higher id.
while (clients.length < workload.sessions)
  clients.push(
    await createConnection({ host: '127.0.0.1', port: Number(port), user: 'loader', database: 'bench' }),
  );
await obey((busy) => {
  if (workload.cold) void evictPageCache(busy);
  return Promise.all(
    clients.map((client, session) =>
      runSession(workload, session, random, busy, (statement) => client.query(statement)),
    ),
  );
});
