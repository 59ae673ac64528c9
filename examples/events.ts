/** Follow what happens: one line for each of the first five ticks, then stop. */
import { DatabaseResourceMonitor } from 'dbvitals';

const monitor = new DatabaseResourceMonitor();
await monitor.addDatabase({
  name: 'example',
  type: 'postgresql',
  connectionString: process.env.DBVITALS_URL ?? 'postgresql://monitor@127.0.0.1:5432/postgres',
});
monitor.on('down', ({ instance, code, message }) => console.error(instance, code, message));
const fiveTicks = new Promise<void>((resolve) => {
  let seen = 0;
  monitor.on('tick', ({ instance, atMs, sessions }) => {
    console.log(new Date(atMs).toISOString(), instance, `${sessions} sessions`);
    seen += 1;
    if (seen === 5) resolve();
  });
});
await monitor.start();
await fiveTicks;
await monitor.stop();
