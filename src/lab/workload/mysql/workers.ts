import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';

/** One believable client: who it says it is, and what it does again and again. */
export interface MysqlWorker {
  readonly user: string;
  /** As the driver tells it to the server. */
  readonly application: string;
  readonly sessions: number;
  step(client: Connection, signal: AbortSignal): Promise<void>;
}

const random = (most: number) => 1 + Math.floor(Math.random() * most);

export const MYSQL_WORKERS: readonly MysqlWorker[] = [
  {
    user: 'webshop',
    application: 'shop-frontend',
    sessions: 4,
    async step(client, signal) {
      await client.query('SELECT name, balance FROM customers WHERE id = ?', [random(40_000)]);
      await client.query('UPDATE customers SET balance = balance + ? WHERE id = ?', [
        random(10),
        10 + random(39_000),
      ]);
      await sleep(5, undefined, { signal });
    },
  },
  {
    user: 'billing',
    application: 'invoices',
    sessions: 1,
    async step(client, signal) {
      await client.query(
        'SELECT c.region, SUM(o.amount), AVG(o.amount), COUNT(DISTINCT o.customer_id) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.amount > ? GROUP BY c.region',
        [random(100)],
      );
      await sleep(50, undefined, { signal });
    },
  },
  {
    user: 'webshop',
    application: 'shop-frontend',
    sessions: 1,
    // The column has no index: each call reads the whole table.
    async step(client, signal) {
      await client.query('SELECT id, amount FROM orders WHERE customer_id = ? ORDER BY id DESC LIMIT 10', [
        random(40_000),
      ]);
      await sleep(100, undefined, { signal });
    },
  },
  {
    user: 'batch',
    application: 'nightly',
    sessions: 1,
    async step(client, signal) {
      await client.query('SELECT COUNT(*), MAX(LENGTH(document)) FROM archive WHERE shop = ?', [
        random(1000),
      ]);
      await sleep(500, undefined, { signal });
    },
  },
  {
    user: 'batch',
    application: 'nightly',
    sessions: 1,
    async step(client, signal) {
      await client.query('SELECT SHA2(document, 512) AS h FROM archive WHERE id > ? ORDER BY h LIMIT 1', [
        random(1000),
      ]);
      await sleep(300, undefined, { signal });
    },
  },
  {
    user: 'billing',
    application: 'invoices',
    sessions: 1,
    // A transaction that somebody forgot: it holds its rows while it does nothing.
    async step(client, signal) {
      await client.query('START TRANSACTION');
      await client.query('UPDATE customers SET balance = balance - 1 WHERE id BETWEEN 1 AND 3');
      await sleep(8_000, undefined, { signal });
      await client.query('ROLLBACK');
      await sleep(2_000, undefined, { signal });
    },
  },
  {
    user: 'webshop',
    application: 'shop-frontend',
    sessions: 3,
    async step(client, signal) {
      await client.query('UPDATE customers SET balance = balance + 1 WHERE id = ?', [random(3)]);
      await sleep(200, undefined, { signal });
    },
  },
];
