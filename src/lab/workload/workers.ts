import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** One believable client: who it says it is, and what it does again and again. */
export interface Worker {
  readonly application: string;
  readonly user: string;
  readonly sessions: number;
  /** Settings of its sessions. */
  readonly setup?: string;
  step(client: pg.Client, signal: AbortSignal): Promise<void>;
}

const random = (most: number) => 1 + Math.floor(Math.random() * most);

export const WORKERS: readonly Worker[] = [
  {
    application: 'webshop',
    user: 'webshop',
    sessions: 4,
    async step(client, signal) {
      await client.query('SELECT name, balance FROM customers WHERE id = $1', [random(20000)]);
      await client.query('UPDATE customers SET balance = balance + $1 WHERE id = $2', [
        random(10),
        10 + random(19990),
      ]);
      await sleep(5, undefined, { signal });
    },
  },
  {
    application: 'billing-report',
    user: 'billing',
    sessions: 1,
    setup: 'SET max_parallel_workers_per_gather = 0',
    async step(client, signal) {
      await client.query(
        'SELECT c.region, sum(o.amount), avg(o.amount), count(DISTINCT o.customer_id) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.amount > $1 GROUP BY c.region',
        [random(100)],
      );
      await sleep(50, undefined, { signal });
    },
  },
  {
    application: 'order-lookup',
    user: 'webshop',
    sessions: 1,
    setup: 'SET max_parallel_workers_per_gather = 0',
    // The column has no index: each call reads the whole table.
    async step(client, signal) {
      await client.query(
        'SELECT id, amount FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 10',
        [random(20000)],
      );
      await sleep(100, undefined, { signal });
    },
  },
  {
    application: 'nightly-export',
    user: 'batch',
    sessions: 1,
    setup: "SET work_mem = '1MB'; SET max_parallel_workers_per_gather = 0",
    async step(client, signal) {
      await client.query(
        'SELECT count(*) FROM (SELECT id, document FROM archive WHERE shop < $1 ORDER BY document) AS sorted',
        [60],
      );
      await sleep(300, undefined, { signal });
    },
  },
  {
    application: 'archive-search',
    user: 'batch',
    sessions: 1,
    setup: 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0',
    async step(client, signal) {
      await client.query('SELECT count(*) FROM archive WHERE document LIKE $1', ['%deadbeef%']);
      // People pause for as long as they like: at a fixed pace its workers would live between two ticks for ever.
      await sleep(random(1000), undefined, { signal });
    },
  },
  {
    application: 'stock-sync',
    user: 'webshop',
    sessions: 3,
    // All of them want the row that the forgotten transaction holds.
    setup: "SET lock_timeout = '20s'",
    async step(client) {
      await client.query('UPDATE customers SET balance = balance - 1 WHERE id = 1').catch(() => {});
    },
  },
  {
    application: 'forgotten-console',
    user: 'billing',
    sessions: 1,
    async step(client, signal) {
      await client.query('BEGIN');
      await client.query('UPDATE customers SET balance = 0 WHERE id = 1');
      await sleep(3_600_000, undefined, { signal });
    },
  },
];
