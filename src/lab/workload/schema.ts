import type { PrivatePostgres } from '../postgresql/index.js';

/** Roles, tables and rows that the workload uses: about 350 MB, one table larger than the server's cache. */
export async function createSchema(
  server: PrivatePostgres,
  onProgress: (message: string) => void,
): Promise<void> {
  const client = await server.connect();
  try {
    for (const [message, sql] of STEPS) {
      onProgress(message);
      await client.query(sql);
    }
  } finally {
    await client.end();
  }
}

const STEPS: readonly (readonly [string, string])[] = [
  [
    'creating roles',
    'CREATE ROLE webshop LOGIN; CREATE ROLE billing LOGIN; CREATE ROLE batch LOGIN; CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC',
  ],
  [
    'filling customers and orders (200,000 rows)',
    `CREATE TABLE customers AS SELECT i AS id, 'customer ' || i AS name, (i % 50) AS region, 1000 AS balance FROM generate_series(1, 20000) AS i;
     ALTER TABLE customers ADD PRIMARY KEY (id);
     CREATE TABLE orders AS SELECT i AS id, 1 + i % 20000 AS customer_id, (i * 7919) % 1000 AS amount, now() - i * interval '1 minute' AS placed_at FROM generate_series(1, 180000) AS i;
     ALTER TABLE orders ADD PRIMARY KEY (id)`,
  ],
  [
    'filling an archive larger than the cache (250 MB)',
    `CREATE TABLE archive AS SELECT i AS id, i % 1000 AS shop, repeat(md5(i::text), 15) AS document FROM generate_series(1, 450000) AS i`,
  ],
  [
    'collecting statistics',
    'ANALYZE; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO webshop, billing, batch',
  ],
];
