import { MONITOR_GRANTS, type PrivateMysql } from '../../mysql/index.js';

/** Accounts, tables and rows of the workload: about 130 MB, one table larger than the buffer pool. */
export async function createMysqlSchema(
  server: PrivateMysql,
  onProgress: (message: string) => void,
): Promise<void> {
  const client = await server.connect();
  try {
    for (const [message, sql] of STEPS) {
      onProgress(message);
      await client.query(sql);
    }
    for (const grant of MONITOR_GRANTS[server.flavour]) await client.query(`${grant} dbvitals@'%'`);
  } finally {
    await client.end();
  }
}

const STEPS: readonly (readonly [string, string])[] = [
  [
    'creating accounts',
    `CREATE DATABASE shop; CREATE USER webshop@'%'; CREATE USER billing@'%'; CREATE USER batch@'%'; CREATE USER dbvitals@'%';
     GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON shop.* TO webshop@'%', billing@'%', batch@'%'`,
  ],
  [
    'filling customers and orders (220,000 rows)',
    `USE shop; CREATE TABLE numbers (n INT PRIMARY KEY); INSERT INTO numbers WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 1000) SELECT n FROM r;
     CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40), region INT, balance INT);
     INSERT INTO customers (name, region, balance) SELECT CONCAT('customer ', a.n, '-', b.n), a.n % 50, 1000 FROM numbers AS a JOIN numbers AS b ON b.n <= 40;
     CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT, amount INT);
     INSERT INTO orders (customer_id, amount) SELECT 1 + (a.n * 7919 + b.n) % 40000, (a.n * b.n) % 1000 FROM numbers AS a JOIN numbers AS b ON b.n <= 180`,
  ],
  [
    'filling an archive larger than the buffer pool (100 MB)',
    `USE shop; CREATE TABLE archive (id INT PRIMARY KEY AUTO_INCREMENT, shop INT, document TEXT);
     INSERT INTO archive (shop, document) SELECT (a.n * b.n) % 1000, REPEAT(SHA2(a.n * 1000 + b.n, 256), 10) FROM numbers AS a JOIN numbers AS b ON b.n <= 150`,
  ],
];
