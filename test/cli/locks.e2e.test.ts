import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LockEpisodesReport, LocksReport } from '../../src/core/lock-report.js';
import type { DdlGuardReport } from '../../src/core/relation-use.js';
import { asDocumented } from '../docs/documented.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
const HOSTILE = 'a"b\\c<script>&\u001b[31m|';
const WAITERS = 16;

describeOnPostgres(
  'dbvitals locks',
  {
    version: NEWEST,
    ...WITH_STATEMENTS,
    settings: { deadlock_timeout: '60s', max_connections: 60, max_prepared_transactions: 5 },
  },
  (server) => {
    const clients: pg.Client[] = [];
    let home = '';
    let holder: pg.Client;
    const waiting: Promise<unknown>[] = [];

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'dbvitals-locks-test-'));
      await createLogins(server());
      const admin = await open();
      await admin.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int)');
      await admin.query('INSERT INTO accounts SELECT i, 100 FROM generate_series(1, 10) AS i');
      await admin.query('CREATE TABLE orders (id int)');
      holder = await open(HOSTILE);
      await holder.query('BEGIN');
      await holder.query('SELECT count(*) FROM orders');
      await holder.query('UPDATE accounts SET balance = 0 WHERE id = 5');
      for (let index = 0; index < WAITERS; index += 1)
        await wait('UPDATE accounts SET balance = 1 WHERE id = 5');
      await wait('ALTER TABLE orders ADD COLUMN note text');
      await wait('SELECT count(*) FROM orders');
      await waitFor('everybody to wait', async () => {
        const { rows } = await admin.query('SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted');
        return rows[0].n >= WAITERS + 2 ? true : null;
      });
    });
    afterAll(async () => {
      await Promise.all(clients.map((client) => client.end().catch(() => {})));
      rmSync(home, { recursive: true, force: true });
    });

    const open = async (application = 'test') => {
      const client = await server().connect('postgres', undefined, application);
      client.on('error', () => {});
      clients.push(client);
      return client;
    };
    const wait = async (sql: string) => {
      const client = await open('web');
      waiting.push(client.query(sql).catch(() => {}));
    };
    const url = () => server().url('postgres', 'dbvitals');
    const cli = async (args: readonly string[], stop?: AbortSignal) => {
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: {
          ...process.env,
          HOME: home,
          DBVITALS_CONFIG: join(home, 'config.yaml'),
          DBVITALS_DATA_DIR: join(home, 'data'),
          COLUMNS: '150',
        },
      });
      stop?.addEventListener('abort', () => child.kill('SIGTERM'));
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      const [status] = (await once(child, 'close')) as [number | null];
      return { status, stdout, stderr };
    };
    const holderPid = async () => String((await holder.query('SELECT pg_backend_pid() AS pid')).rows[0].pid);

    it('names the root blocker as pg_blocking_pids does, and what would come free', async () => {
      const report = JSON.parse((await cli(['locks', '--url', url(), '--json'])).stdout) as LocksReport;
      const { rows } = await holder.query(
        'SELECT pid::text, pg_blocking_pids(pid)::text[] AS by FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0',
      );
      const blocked = new Set(rows.map(({ pid }) => String(pid)));
      const roots = new Set(rows.flatMap(({ by }) => by as string[]).filter((pid) => !blocked.has(pid)));
      expect([...roots]).toEqual([await holderPid()]);
      expect(report.schema).toBe('dbvitals.locks/1');
      asDocumented(report);
      expect(report.items.map(({ sessionId }) => sessionId)).toEqual([...roots]);
      expect(report.items[0]).toMatchObject({
        application: expect.stringContaining('a"b\\c<script>&'),
        state: 'idleInTransaction',
        blockedSessions: WAITERS + 2,
        wouldFree: { inTheEnd: WAITERS + 2 },
        advice: expect.stringContaining(`pg_terminate_backend(${await holderPid()})`),
      });
      expect(new Set(report.graph.edges.map(({ waiter }) => waiter))).toEqual(blocked);
      // Queue order, not everybody with everybody in front.
      expect(report.graph.edges.length).toBeLessThanOrEqual(2 * blocked.size);
    });

    it('draws a tree with what overflows counted; nothing of a name reaches the terminal as an escape', async () => {
      const { stdout, status } = await cli(['locks', '--url', url()]);
      expect(status).toBe(0);
      expect(stdout).toContain(`● ${await holderPid()}  idle in transaction`);
      expect(stdout).toMatch(/\d+ sessions behind it, .* in the end/);
      expect(stdout).toMatch(/row \(0,5\) of public\.accounts {2}\(\d+ wait\)/);
      expect(stdout).toMatch(/\+ \d+ more, waiting/);
      expect(stdout).toMatch(/AccessShareLock, queued behind it/);
      expect(stdout).not.toContain('\u001b');
      expect(stdout.split('\n').filter((each) => each.startsWith('  ') && [...each].length > 150)).toEqual(
        [],
      );
    });

    it('draws DOT, Mermaid and SVG that a hostile name cannot break out of', async () => {
      const dot = (await cli(['locks', '--url', url(), '--graph', 'dot'])).stdout;
      expect(dot).toContain('a\\"b\\\\c&lt;script&gt;&amp;');
      const mermaid = (await cli(['locks', '--url', url(), '--graph', 'mermaid'])).stdout;
      expect(mermaid).toMatch(/^flowchart RL\n/);
      expect(mermaid).not.toContain('<script>');
      const svg = (await cli(['locks', '--url', url(), '--graph', 'svg'])).stdout;
      expect(svg).toMatch(/<svg [\s\S]*<\/svg>\s*$/);
      expect(svg).not.toContain('<script>');
      expect(svg).toContain('more');
    });

    it('judges: --fail-on ends with 1', async () => {
      expect((await cli(['locks', '--url', url(), '--fail-on', 'critical'])).status).toBe(1);
      expect((await cli(['locks', '--url', url(), '--fail-on', 'nothing'])).status).toBe(2);
      expect((await cli(['locks', '--url', url(), '--watch', '--at', '1m'])).status).toBe(2);
    });

    it('says what an ALTER would stand behind, and takes no lock to find out', async () => {
      const report = JSON.parse(
        (await cli(['locks', '--url', url(), '--ddl', 'public.orders', '--json'])).stdout,
      ) as DdlGuardReport;
      expect(report).toMatchObject({ schema: 'dbvitals.ddl-guard/1', table: 'public.orders' });
      expect(report.items[0]).toMatchObject({
        sessionId: await holderPid(),
        mode: 'AccessShareLock',
        granted: true,
      });
      asDocumented(report);
      expect(report.standsBehindSeconds).toBeGreaterThan(1);
      const missing = await cli(['locks', '--url', url(), '--ddl', 'public.nowhere']);
      expect(missing).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('no table public.nowhere'),
      });
    });

    it('keeps the episode from first waiter to last, and draws any moment of it again', async () => {
      await cli(['add', 'prod', url()]);
      const stop = new AbortController();
      const collecting = cli(['collect'], stop.signal);
      const episode = (what: string, holds: (item: LockEpisodesReport['items'][number]) => boolean) =>
        waitFor(
          what,
          async () => {
            const { stdout } = await cli(['locks', 'prod', '--since', '5m', '--json']);
            const [item] = stdout === '' ? [] : (JSON.parse(stdout) as LockEpisodesReport).items;
            return item !== undefined && holds(item) ? item : null;
          },
          60_000,
        );
      await episode('the episode to be stored', () => true);
      const pid = await holderPid();
      await holder.query('ROLLBACK');
      await Promise.all(waiting);
      await episode('its end to be stored', ({ endedAt }) => endedAt !== null);
      const now = await cli(['locks', 'prod', '--json']);
      expect((JSON.parse(now.stdout) as LocksReport).items).toEqual([]);
      stop.abort();
      expect((await collecting).status).toBe(0);
      const { items } = JSON.parse(
        (await cli(['locks', 'prod', '--since', '5m', '--json'])).stdout,
      ) as LockEpisodesReport;
      expect(items[0]).toMatchObject({
        root: { sessionId: pid },
        peakWaiters: WAITERS + 2,
        endedAt: expect.any(String),
      });
      expect(items).toHaveLength(1);
      asDocumented(
        JSON.parse((await cli(['locks', 'prod', '--since', '5m', '--json'])).stdout) as LockEpisodesReport,
      );
      const then = JSON.parse(
        (await cli(['locks', 'prod', '--at', items[0]?.peakAt ?? '', '--json'])).stdout,
      ) as LocksReport;
      expect(then.items[0]).toMatchObject({ sessionId: pid, blockedSessions: WAITERS + 2 });
      const text = (await cli(['locks', 'prod', '--since', '5m'])).stdout;
      expect(text).toContain('█');
      expect((await cli(['locks', 'prod', '--since', '5m', '--graph', 'svg'])).stdout).toMatch(/^<svg/);
    }, 150_000);
  },
);
