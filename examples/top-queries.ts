/** Which statement costs what: watch one server for ten seconds, live, without a store. */
import { DatabaseResourceMonitor } from 'dbvitals';

const monitor = new DatabaseResourceMonitor();
await monitor.addDatabase({
  name: 'example',
  type: 'postgresql',
  connectionString: process.env.DBVITALS_URL ?? 'postgresql://monitor@127.0.0.1:5432/postgres',
});
await monitor.start();
await new Promise((resolve) => setTimeout(resolve, 10_000));

const report = await monitor.getQueryResourceUsage({
  database: 'example',
  timeRange: '10s',
  sortBy: 'cpu',
  limit: 5,
});
for (const item of report.items) {
  console.log(item.cpuMs?.toFixed(1) ?? 'unknown', 'ms CPU', item.kind, item.text ?? '');
}
for (const limit of report.limits) console.log('limit:', limit.capability, limit.reason, limit.remedy ?? '');
await monitor.stop();
