/** Clients of servers on 127.0.0.1 that run one statement after the other; arguments PORT[,PORT…], how many, and how many of them burn CPU. Prints `ready`, ends at SIGTERM. */
import pg from 'pg';

const [ports = '', ...counts] = process.argv.slice(2);
const [count, burners] = counts.map(Number) as [number, number];
const servers = ports.split(',').map(Number);
let busy = true;
process.once('SIGTERM', () => {
  busy = false;
  setTimeout(() => process.exit(0), 500);
});

const clients = await Promise.all(
  Array.from({ length: count }, async (_, index) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: servers[index % servers.length],
      user: 'postgres',
      database: 'postgres',
      application_name: `app${index % 7}`,
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  }),
);
for (const [index, client] of clients.entries()) void work(client, index);
console.log('ready');
// The bench may be gone without a word.
process.stdout.on('error', () => process.exit(0));

async function work(client: pg.Client, index: number): Promise<void> {
  while (busy) {
    const statement =
      index < burners
        ? 'SELECT count(*) FROM generate_series(1, 200000) AS i'
        : `SELECT ${index % 50}, pg_sleep(0.5 + random())`;
    await client.query(statement).catch(() => {
      busy = false;
    });
  }
}
