/**
 * 1,000 sessions of TYPE at 127.0.0.1:PORT that sleep inside a transaction. A line `pile N` on standard input makes N of
 * them wait for one row, `release` lets them go; each is answered by `done`.
 */
import { createInterface } from 'node:readline';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { type Client, SESSIONS } from './servers.js';

const [type, port] = process.argv.slice(2) as [string, string];
const clients: Client[] = [];
for (let left = SESSIONS; left > 0; left -= 50) {
  const opened = await Promise.all(Array.from({ length: Math.min(50, left) }, open));
  clients.push(...opened);
}
const [holder, ...others] = clients as [Client, ...Client[]];
for (const client of others) await client.query('BEGIN; SELECT n FROM item WHERE id = 0');
console.log('ready');

let running: Promise<unknown>[] = [];
for await (const line of createInterface({ input: process.stdin })) {
  const [order, count] = line.split(' ');
  if (order === 'pile') {
    await holder.query('BEGIN; UPDATE item SET n = n + 1 WHERE id = 1');
    running = others
      .slice(0, Number(count))
      .map((client) => client.query('UPDATE item SET n = n + 1 WHERE id = 1; COMMIT').catch(() => {}));
  } else {
    await holder.query('ROLLBACK');
    await Promise.all(running);
  }
  console.log('done');
}
process.exit(0);

async function open(): Promise<Client> {
  if (type !== 'postgresql')
    return mysql.createConnection({
      host: '127.0.0.1',
      port: Number(port),
      user: 'root',
      database: 'bench',
      multipleStatements: true,
    });
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'postgres',
    database: 'postgres',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}
