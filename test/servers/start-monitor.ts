import { DatabaseResourceMonitor } from '../../src/index.js';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';

/** Watches the server as `db`, with the login of the least privileges and without a store; it has ticked or failed once. */
export async function startMonitor(server: PrivatePostgres): Promise<DatabaseResourceMonitor> {
  const monitor = new DatabaseResourceMonitor();
  await monitor.addDatabase({
    name: 'db',
    type: 'postgresql',
    connectionString: server.url('postgres', 'dbvitals'),
  });
  await monitor.start();
  return monitor;
}
