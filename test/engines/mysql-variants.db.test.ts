import { afterAll, beforeAll, expect, it } from 'vitest';
import { StatementDeltas } from '../../src/collector/statement-deltas.js';
import { increase } from '../../src/core/delta.js';
import { loadEngine } from '../../src/engines/registry.js';
import { openHost } from '../../src/host/index.js';
import { MONITOR_GRANTS, type PrivateMysql, startMysqlReplica, withGtid } from '../../src/lab/mysql/index.js';
import { Harness, logIn } from '../contract/harness.js';
import { describeOnMysql, MYSQL_VERSIONS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const monitor = async (server: PrivateMysql) =>
  new Harness(await loadEngine('mysql'), await logIn('mysql', server.url('', 'dbvitals', 'watching')));

for (const version of MYSQL_VERSIONS) {
  describeOnMysql('a replica and its source', { version, settings: withGtid(version) }, (source) => {
    let replica: PrivateMysql;
    beforeAll(async () => {
      replica = await startMysqlReplica(source());
    });
    afterAll(() => replica?.stop());

    it('each knows its role and names the sessions of replication', async () => {
      const [ahead, behind] = [await monitor(source()), await monitorOf(replica)];
      expect(ahead.connection.facts.role).toBe('primary');
      expect(behind.connection.facts.role).toBe('replica');
      expect(ahead.connection.facts.identity ?? 'a').not.toBe(behind.connection.facts.identity ?? 'b');
      const sender = (await ahead.sessions()).filter(({ kind }) => kind === 'replication');
      expect(sender.map(({ backendType }) => backendType)).toEqual([expect.stringMatching(/^Binlog Dump/)]);
      expect(sender[0]?.clientAddress).toMatch(/127\.0\.0\.1|localhost/);
      const threads = (await behind.sessions()).filter(({ kind }) => kind === 'replication');
      const names = threads.map(({ backendType }) => backendType).join(' ');
      expect(names).toMatch(/replica_io|Slave_IO/);
      expect(names).toMatch(/replica_sql|Slave_SQL/);
      for (const { osTid } of threads) expect(openHost().threads(replica.pid)).toContain(osTid);
      await ahead.connection.close();
      await behind.connection.close();
    });

    it('is no replica because it is read-only, and is one that is stopped', async () => {
      const root = await replica.connect();
      await root.query(version.startsWith('mariadb') ? 'STOP SLAVE' : 'STOP REPLICA');
      const stopped = await monitorOf(replica);
      expect(stopped.connection.facts.role).toBe('replica');
      await stopped.connection.close();
      await root.end();
      const admin = await source().connect();
      await admin.query('SET GLOBAL read_only = ON');
      const readOnly = await monitor(source());
      expect(readOnly.connection.facts.role).toBe('primary');
      await readOnly.connection.close();
      await admin.query('SET GLOBAL read_only = OFF');
      await admin.end();
    });

    /** The accounts come over with everything else. */
    async function monitorOf(server: PrivateMysql): Promise<Harness> {
      return waitFor('the account on the replica', () => monitor(server).catch(() => null));
    }
  });
}

describeOnMysql(
  'counters that others reset',
  { version: 'mysql-9.7', settings: { 'performance-schema-digests-size': 60 } },
  (server) => {
    it('a truncated digest table is a gap and no negative number', async () => {
      const root = await server().connect('shop');
      const other = await server().connect();
      const harness = await monitor(server());
      const deltas = new StatementDeltas();
      // A client has its answer before the server has counted the statement.
      const run = async (times: number, counted: number) => {
        for (let n = 0; n < times; n += 1) await root.query('SELECT 1 + 1');
        await waitFor('the server to count them', async () => {
          const [rows] = await other.query(
            `SELECT COALESCE(SUM(COUNT_STAR), 0) AS calls FROM performance_schema.events_statements_summary_by_digest
              WHERE SCHEMA_NAME = 'shop' AND DIGEST_TEXT = 'SELECT ? + ?'`,
          );
          return Number((rows as { calls: unknown }[])[0]?.calls) === counted ? true : null;
        });
      };
      const next = async () => {
        const { statements } = await harness.run('statements');
        return statements === undefined ? null : deltas.next(statements, Date.now());
      };
      const sum = (found: Awaited<ReturnType<typeof next>>) =>
        found?.filter(({ database }) => database === 'shop').reduce((all, { calls }) => all + calls, 0);
      await run(5, 5);
      expect(await next()).toBeNull();
      await run(3, 8);
      expect(sum(await next())).toBe(3);
      await root.query('TRUNCATE performance_schema.events_statements_summary_by_digest');
      // More calls than before the truncation: by the numbers alone nothing fell.
      await run(20, 20);
      expect(await next()).toBeNull();
      await run(1, 21);
      expect(sum(await next())).toBe(1);
      await harness.connection.close();
      await root.end();
      await other.end();
    });

    it('says that the digest table was full, and shows what it counts together', async () => {
      const root = await server().connect('shop');
      for (let n = 0; n < 120; n += 1) await root.query(`SELECT ${n} AS column_${n}`);
      const harness = await monitor(server());
      const { statements } = await harness.run('statements');
      expect(statements?.counters.find(({ digest }) => digest === 'overflow')?.calls).toBeGreaterThan(50);
      const [text] = await harness.texts(['overflow']);
      expect(text?.text).toContain('performance_schema_digests_size');
      const limit = harness.connection.facts.capabilities.find(
        ({ capability }) => capability === 'statements.all',
      );
      expect(limit).toMatchObject({ available: false, remedy: expect.stringContaining('above 60') });
      await harness.connection.close();
      await root.end();
    });

    it('a consumer that is off is a capability with the statement that turns it on', async () => {
      const root = await server().connect();
      await root.query(
        "UPDATE performance_schema.setup_consumers SET ENABLED = 'NO' WHERE NAME LIKE 'events_%'",
      );
      const harness = await monitor(server());
      const off = harness.connection.facts.capabilities.filter(({ available }) => !available);
      for (const name of ['sessions.digest', 'sessions.transactions', 'waits.events']) {
        const remedy = off.find(({ capability }) => capability === name)?.remedy ?? '';
        expect(remedy, name).toMatch(/^UPDATE performance_schema\.setup_consumers/);
        for (const statement of remedy.split(';').filter((each) => each.trim() !== ''))
          await root.query(statement);
      }
      const again = await monitor(server());
      const still = again.connection.facts.capabilities.filter(({ available }) => !available);
      expect(still.map(({ capability }) => capability)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/sessions\.(digest|transactions)|waits\.events/)]),
      );
      const peer = await server().connect();
      peer.query('SELECT SLEEP(30)').catch(() => {});
      const sleeping = await again.session(String(peer.threadId), ({ digest }) => digest !== null);
      expect(sleeping).toMatchObject({ state: 'active', waitEvent: expect.any(String) });
      peer.destroy();
      await harness.connection.close();
      await again.connection.close();
      await root.end();
    });
  },
);

describeOnMysql(
  'digest texts of 32 KB',
  {
    version: 'mysql-9.7',
    settings: { 'max-digest-length': 32_768, 'performance-schema-max-digest-length': 32_768 },
  },
  (server) => {
    it('are kept bounded, and are one statement in the session and in the table', async () => {
      const root = await server().connect('shop');
      const columns = Array.from({ length: 2_000 }, (_, n) => `${n} AS column_${n}`).join(', ');
      root.query(`SELECT SLEEP(30), ${columns}`).catch(() => {});
      const harness = await monitor(server());
      const session = await harness.session(String(root.threadId), ({ digest }) => digest !== null);
      const [text] = await harness.texts([session.digest ?? '']);
      expect(text?.text?.length).toBeGreaterThan(1_024);
      expect(text?.text?.length).toBeLessThanOrEqual(4_096);
      expect(text?.truncated).toBe(true);
      root.destroy();
      await harness.connection.close();
    });
  },
);

describeOnMysql(
  'a MySQL without performance_schema',
  { version: 'mysql-9.7', settings: { 'performance-schema': 'OFF' } },
  (server) => {
    it('is refused with the setting that would change it', async () => {
      const root = await server().connect();
      for (const grant of MONITOR_GRANTS.mysql) await root.query(`${grant} dbvitals@'%'`);
      await root.end();
      const harness = await monitor(server());
      const [sessions] = harness.engine.probes.filter(({ name }) => name === 'sessions');
      expect(sessions?.select(harness.connection.facts)).toMatchObject({
        unavailable: 'performance_schema is off',
        remedy: expect.stringContaining('performance_schema=ON'),
      });
      await harness.connection.close();
    });
  },
);

for (const [version, schema] of [
  ['mariadb-11.8', 'ON'],
  ['mariadb-10.11', 'OFF'],
] as const) {
  describeOnMysql(
    'a thread pool',
    { version, settings: { 'thread-handling': 'pool-of-threads', 'performance-schema': schema } },
    (server) => {
      it('lowers the capability with its reason, and the server is local all the same', async () => {
        const harness = await monitor(server());
        const threads = harness.connection.facts.capabilities.find(
          ({ capability }) => capability === 'sessions.osThread',
        );
        expect(threads).toMatchObject({
          available: false,
          reason: expect.stringContaining('thread_handling is pool-of-threads'),
          remedy: expect.stringContaining('one-thread-per-connection'),
        });
        expect(harness.engine.locate(harness.connection, openHost())).toMatchObject({
          level: 'per-process',
          proven: true,
          serverPid: server().pid,
        });
        await harness.connection.close();
      });

      if (version === 'mariadb-11.8')
        it('a status that somebody flushed is a gap and no negative number', async () => {
          const root = await server().connect();
          const harness = await monitor(server());
          const read = async () => (await harness.run('counters-status')).counters ?? [];
          for (let n = 0; n < 50; n += 1) await root.query('SELECT COUNT(*) FROM mysql.help_topic');
          const before = await read();
          await root.query('FLUSH GLOBAL STATUS');
          const after = new Map((await read()).map((reading) => [reading.name, reading]));
          const fallen = before.filter(
            ({ name, kind, value }) => kind === 'counter' && (after.get(name)?.value ?? value) < value,
          );
          expect(fallen.map(({ name }) => name)).toContain('status.Handler_read_rnd_next');
          for (const reading of fallen)
            expect(increase(reading, after.get(reading.name) ?? reading)).toBeNull();
          await harness.connection.close();
          await root.end();
        });
    },
  );
}
