/** Who holds the connections, and how close the server is to its limit. */
import { DatabaseResourceMonitor } from 'dbvitals';

const monitor = new DatabaseResourceMonitor();
await monitor.addDatabase({
  name: 'example',
  type: 'postgresql',
  connectionString: process.env.DBVITALS_URL ?? 'postgresql://monitor@127.0.0.1:5432/postgres',
});
await monitor.start();
const usage = await monitor.getConnectionUsage({ database: 'example' });
console.log(
  `${usage.used ?? 'unknown'} of ${usage.max ?? 'unknown'} connections used, ${usage.reserved ?? 0} reserved`,
);
for (const row of usage.items) {
  console.log(row.user, row.application, row.client?.command ?? row.client?.address, row.active, row.idle);
}
await monitor.stop();
