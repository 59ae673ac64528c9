/** Clients of 127.0.0.1:PORT that run one statement after the other; arguments PORT, how many, and how many of them burn CPU. Prints `ready`, ends at SIGTERM. */
import pg from 'pg';

const [port, count, burners] = process.argv.slice(2).map(Number) as [number, number, number];
let busy = true;
process.once('SIGTERM', () => {
  busy = false;
  setTimeout(() => process.exit(0), 500);
});

const clients = await Promise.all(
  Array.from({ length: count }, async (_, index) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
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
