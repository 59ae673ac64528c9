/** Two sessions want one lock: who holds it, and what would come free if it went. */
import { DatabaseResourceMonitor } from 'dbvitals';
import pg from 'pg';

const url = process.env.DBVITALS_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const holder = new pg.Client({ connectionString: url, application_name: 'holder' });
const waiter = new pg.Client({ connectionString: url, application_name: 'waiter' });
await holder.connect();
await waiter.connect();
await holder.query('SELECT pg_advisory_lock(1)');
const waiting = waiter.query('SELECT pg_advisory_lock(1)');

await using monitor = new DatabaseResourceMonitor();
await monitor.addDatabase({ name: 'example', type: 'postgresql', connectionString: url });
const seen = new Promise<void>((resolve) => {
  monitor.on('contention', ({ rootId, waiters }) => {
    console.log(`${waiters} behind session ${rootId}`);
    resolve();
  });
});
await monitor.start();
await seen;
const { items, graph } = await monitor.analyzeLockContention({ database: 'example', includeWaitGraph: true });
for (const { sessionId, application, blockedSessions, wouldFree, advice } of items)
  console.log(sessionId, application, blockedSessions, wouldFree, advice);
for (const { waiter: who, blocker, mode, resource } of graph.edges)
  console.log(`${who} waits for ${blocker}: ${mode} on ${resource}`);

await holder.end();
await waiting;
await waiter.end();
