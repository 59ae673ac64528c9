import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect } from 'vitest';
import { itNeeding } from '../needs.js';
import { createLogins, describeOnPostgres, WITH_STATEMENTS } from '../servers/index.js';
import { startMonitor } from '../servers/start-monitor.js';
import { waitFor } from '../servers/wait-for.js';

const settings = {
  io_method: 'worker',
  shared_buffers: '16MB',
  autovacuum: 'off',
  max_parallel_workers_per_gather: 0,
};
const MB = 2 ** 20;
/** Reads come from the disk only when the kernel has forgotten the files. */
const cannotForget = process.getuid?.() === 0 ? null : 'only root may empty the page cache';

describeOnPostgres('reads through io workers', { version: '18', ...WITH_STATEMENTS, settings }, (server) => {
  beforeAll(async () => {
    await createLogins(server());
    const client = await server().connect();
    for (const [name, rows] of [
      ['wide', 300_000],
      ['narrow', 80_000],
    ] as const)
      await client.query(
        `CREATE TABLE ${name} AS SELECT i, repeat('x', 1000) AS t FROM generate_series(1, ${rows}) AS i`,
      );
    // Hint bits and a checkpoint: the scans below only read.
    await client.query('VACUUM (FREEZE) wide');
    await client.query('VACUUM (FREEZE) narrow');
    await client.query('CHECKPOINT');
    await client.end();
  }, 120_000);

  const sizeOf = async (table: string) => {
    const client = await server().connect();
    const { rows } = await client.query<{ bytes: string }>('SELECT pg_relation_size($1) AS bytes', [table]);
    await client.end();
    return Number(rows[0]?.bytes);
  };

  itNeeding(
    cannotForget,
    'a session is given what it read, within a tenth, also when another reads at the same time',
    async () => {
      execFileSync('sync');
      writeFileSync('/proc/sys/vm/drop_caches', '1');
      await using monitor = await startMonitor(server());
      const scan = async (table: string) => {
        const client = await server().connect('postgres', 'postgres', table);
        const own = `/proc/${(client as unknown as { processID: number }).processID}/io`;
        const before = Number(/read_bytes: (\d+)/.exec(readFileSync(own, 'utf8'))?.[1]);
        await client.query(`SELECT count(*), max(t) FROM ${table}`);
        const itself = Number(/read_bytes: (\d+)/.exec(readFileSync(own, 'utf8'))?.[1]) - before;
        return { client, itself };
      };
      const scans = await Promise.all([scan('wide'), scan('narrow')]);
      // Else this would not show what it is for.
      for (const { itself } of scans) expect(itself).toBeLessThan(30 * MB);
      for (const table of ['wide', 'narrow']) {
        const expected = await sizeOf(table);
        let seen = 0;
        await waitFor(
          `the reads of ${table}`,
          async () => {
            const { items } = await monitor.getQueryResourceUsage({
              database: 'db',
              application: table,
              limit: 100,
            });
            seen = items.reduce((sum, { readBytes }) => sum + (readBytes ?? 0), 0);
            return Math.abs(seen - expected) < expected / 10 ? true : null;
          },
          25_000,
        ).catch(() => {});
        expect(seen).toBeGreaterThan(expected * 0.9);
        expect(seen).toBeLessThan(expected * 1.1);
      }
      for (const { client } of scans) await client.end();
    },
    90_000,
  );
});
