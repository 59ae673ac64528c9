/** Clients of 127.0.0.1:PORT that run one statement after the other; arguments PORT, how many, and how many of them burn CPU. Prints `ready`, ends at SIGTERM. */
import { type Connection, createConnection } from 'mysql2/promise';

const [port, count, burners] = process.argv.slice(2).map(Number) as [number, number, number];
let busy = true;
process.once('SIGTERM', () => {
  busy = false;
  setTimeout(() => process.exit(0), 500);
});

const clients: Connection[] = [];
// A hundred at a time: the server's listen queue is short.
for (let begun = 0; begun < count; begun += 100) {
  const some = Array.from({ length: Math.min(100, count - begun) }, () =>
    createConnection({ host: '127.0.0.1', port, user: 'loader', database: 'bench' }),
  );
  clients.push(...(await Promise.all(some)));
}
for (const [index, client] of clients.entries()) void work(client, index);
console.log('ready');

async function work(client: Connection, index: number): Promise<void> {
  while (busy) {
    const statement =
      index < burners
        ? "SELECT BENCHMARK(20000, SHA2('x', 256))"
        : `SELECT ${index % 50}, SLEEP(${(0.5 + Math.random()).toFixed(3)})`;
    await client.query(statement).catch(() => {
      busy = false;
    });
  }
}
