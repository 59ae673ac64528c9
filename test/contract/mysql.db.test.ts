import { afterAll, beforeAll, expect, it } from 'vitest';
import { targetOf } from '../../src/config/index.js';
import type { Connection, Engine } from '../../src/core/engine.js';
import { silentLogger } from '../../src/core/logger.js';
import type { ProbeTick } from '../../src/core/probe.js';
import { normaliseStatement } from '../../src/engines/mysql/normalise.js';
import { loadEngine } from '../../src/engines/registry.js';
import { openHost } from '../../src/host/index.js';
import { describeOnMysql, MYSQL_MATRIX } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const call = (deadlineMs = 5_000) => ({ signal: new AbortController().signal, deadlineMs });

/** Ways to write statements that the server's digest folds. */
const FORMS = [
  "SELECT * FROM forms WHERE id <> 5 AND `order` = 'x'",
  'SELECT id FROM forms WHERE id IN (1, 2, 3)',
  "INSERT INTO forms VALUES (10, 'a'), (11, 'b') ON DUPLICATE KEY UPDATE `order` = 'c'",
  'UPDATE forms SET `order` = "q" WHERE id = -4 /* why */',
  'SELECT COUNT(*), MAX(id) FROM forms AS f WHERE f.id >= 0x1f -- tail',
  "DELETE FROM shop.forms WHERE `order` LIKE 'z%' LIMIT 3",
];

for (const options of MYSQL_MATRIX) {
  describeOnMysql('the engine contract', options, (server) => {
    let engine: Engine;
    let connection: Connection;
    const connectAs = (user: string, password: string) =>
      engine.connect(targetOf('contract', server().url('', user, password)), {
        ...call(),
        logger: silentLogger,
      });
    const mariadb = options.version.startsWith('mariadb');
    const schema = !mariadb || options.settings !== undefined;
    const tick = (waiterIds: readonly string[] = []): ProbeTick => ({
      instance: 'contract',
      facts: connection.facts,
      atMs: Date.now(),
      waiterIds,
      activeIds: [],
    });
    const run = async (name: string) => {
      const probe = engine.probes.find((each) => each.name === name);
      const selected = probe?.select(connection.facts);
      if (probe === undefined || selected === undefined || 'unavailable' in selected)
        throw new Error(`no probe ${name}`);
      return probe.toRecords(await connection.query(selected, [], call()), tick());
    };
    const offers = (name: string) =>
      'sql' in (engine.probes.find((each) => each.name === name)?.select(connection.facts) ?? {});

    beforeAll(async () => {
      engine = await loadEngine('mysql');
      connection = await connectAs('dbvitals', 'watching');
    });
    afterAll(() => connection?.close());

    it('knows the server', () => {
      const { facts } = connection;
      expect(facts.flavour).toBe(mariadb ? 'mariadb' : 'mysql');
      expect(facts.version).toContain(options.version.split('-')[1]);
      expect(facts).toMatchObject({ engine: 'mysql', role: 'primary', maxConnections: 151 });
      expect(Math.abs(facts.clockOffsetMs)).toBeLessThan(2_000);
      expect(facts.dataDirectory).toBe(server().dataDirectory);
    });

    it('runs every probe that it offers with the documented grants, and explains the others', async () => {
      for (const probe of engine.probes) {
        const selected = probe.select(connection.facts);
        if ('unavailable' in selected) expect(selected.unavailable, probe.name).not.toBe('');
        else {
          const rows = await connection.query(selected, [], call());
          expect(() => probe.toRecords(rows, tick()), probe.name).not.toThrow();
        }
      }
      expect(offers('statements')).toBe(schema);
    });

    it('sees sessions with their statements, times and threads, without their literals', async () => {
      const client = await server().connect('shop');
      const sleeping = client.query("SELECT SLEEP(30), 'a secret literal' AS found");
      sleeping.catch(() => {});
      const session = await waitFor('the sleeping session', async () => {
        const { sessions = [] } = await run('sessions');
        return sessions.find(({ id, state }) => id === String(client.threadId) && state === 'active') ?? null;
      });
      expect(session).toMatchObject({ kind: 'client', user: 'root', database: 'shop', waitClass: 'idle' });
      expect(session.clientAddress).toMatch(/127\.0\.0\.1|localhost/);
      expect(session.clientPort).toBeGreaterThan(1_023);
      expect(openHost().threads(server().pid)).toContain(session.osTid);
      const [text] = await engine.statementTexts(connection, 'contract', [session.digest ?? ''], call());
      expect(text?.text).toMatch(/found/i);
      expect(JSON.stringify(text)).not.toContain('secret');
      client.destroy();
    });

    it('tells a transaction that sits idle, and who blocks whom by row locks', async () => {
      const [holder, waiter] = [await server().connect('shop'), await server().connect('shop')];
      await holder.query('CREATE TABLE IF NOT EXISTS stock (id INT PRIMARY KEY, n INT) ENGINE=InnoDB');
      await holder.query('REPLACE INTO stock VALUES (1, 1)');
      await holder.query('START TRANSACTION');
      await holder.query('UPDATE stock SET n = n + 1 WHERE id = 1');
      const blocked = waiter.query('UPDATE stock SET n = n + 2 WHERE id = 1');
      blocked.catch(() => {});
      // MariaDB renews what INNODB_TRX and INNODB_LOCK_WAITS show only when nobody read them for 100 ms.
      const blockedBy = async () => {
        const { blockers } = await run('row-blockers');
        return blockers?.get(String(waiter.threadId))?.includes(String(holder.threadId)) ? true : null;
      };
      await waitFor('the blocked session', blockedBy, 20_000, 250);
      const idle = await waitFor('the idle transaction', async () => {
        const { sessions = [] } = await run('sessions');
        return (
          sessions.find(({ id, state }) => id === String(holder.threadId) && state === 'idleInTransaction') ??
          null
        );
      });
      expect(idle.transactionStartedAtMs).toBeGreaterThan(Date.now() - 60_000);
      holder.destroy();
      waiter.destroy();
    });

    it('tells a wait for a metadata lock', async () => {
      const [holder, waiter] = [await server().connect('shop'), await server().connect('shop')];
      await holder.query('CREATE TABLE IF NOT EXISTS meta (id INT PRIMARY KEY) ENGINE=InnoDB');
      await holder.query('START TRANSACTION');
      await holder.query('SELECT * FROM meta');
      waiter.query('ALTER TABLE meta ADD COLUMN more INT').catch(() => {});
      const session = await waitFor('the waiting ALTER', async () => {
        const { sessions = [] } = await run('sessions');
        return (
          sessions.find(
            ({ id, waitClass }) => id === String(waiter.threadId) && waitClass === 'lockObject',
          ) ?? null
        );
      });
      expect(session.waitEvent).toMatch(/metadata lock/i);
      if (offers('metadata-blockers')) {
        const { blockers } = await run('metadata-blockers');
        expect(blockers?.get(session.id)).toContain(String(holder.threadId));
      }
      holder.destroy();
      waiter.destroy();
    });

    it.runIf(schema)('counts statements under the digests of the sessions', async () => {
      const client = await server().connect('shop');
      for (let n = 0; n < 3; n += 1) await client.query(`SELECT ${n} + 41 AS counted, 'x${n}' AS word`);
      await client.end();
      const { statements } = await run('statements');
      const texts = await engine.statementTexts(
        connection,
        'contract',
        (statements?.counters ?? []).map(({ digest }) => digest),
        call(),
      );
      const ours = texts.filter(({ text }) => text?.includes('counted'));
      expect(ours).toHaveLength(1);
      expect(statements?.counters.find(({ digest }) => digest === ours[0]?.digest)).toMatchObject({
        calls: 3,
        database: 'shop',
      });
      expect(ours[0]?.text).not.toMatch(/41|x1/);
    });

    it.runIf(mariadb && schema)('folds a running statement and its digest text into one digest', async () => {
      const client = await server().connect('shop');
      await client.query('CREATE TABLE IF NOT EXISTS forms (id INT PRIMARY KEY, `order` VARCHAR(9))');
      for (const sql of FORMS) await client.query(sql);
      const [rows] = (await client.query(
        "SELECT DIGEST_TEXT AS text FROM performance_schema.events_statements_summary_by_digest WHERE SCHEMA_NAME = 'shop'",
      )) as unknown as [{ text: string }[]];
      await client.end();
      const known = new Set(rows.map(({ text }) => normaliseStatement(text).digest));
      expect(FORMS.filter((sql) => !known.has(normaliseStatement(sql).digest))).toEqual([]);
    });

    it('knows its own statements by their digest texts', async () => {
      if (!schema) return;
      const { statements } = await run('statements');
      const digests = (statements?.counters ?? []).map(({ digest }) => digest);
      const texts = await engine.statementTexts(connection, 'contract', digests, call());
      const own = texts.filter(({ text }) =>
        /PROCESSLIST_ID|INNODB_TRX|SUM_TIMER_WAIT|Innodb_/i.test(text ?? ''),
      );
      expect(own.length).toBeGreaterThan(2);
      for (const { text, source } of own) expect(source, text ?? '').toBe('monitor');
    });

    it('cannot write, and knows it', async () => {
      expect(connection.facts.readOnly).toMatchObject({ proven: true, sessionReadOnly: true });
      const statement = { probe: 'contract', file: '', since: 0, sql: 'CREATE TABLE shop.forbidden (i INT)' };
      await expect(connection.query(statement, [], call())).rejects.toMatchObject({ code: 'QUERY_FAILED' });
      const root = await connectAs('root', '');
      expect(root.facts.readOnly).toMatchObject({ proven: false, sessionReadOnly: true });
      await expect(root.query(statement, [], call())).rejects.toThrow(/READ.ONLY/i);
      await root.close();
    });

    it('tells an account without privileges what it cannot know', async () => {
      const poor = await connectAs('poor', 'nothing');
      const limits = poor.facts.capabilities.filter(({ available }) => !available);
      expect(limits.map(({ capability }) => capability)).toContain('sessions.details');
      for (const limit of limits) expect(limit.reason, limit.capability).not.toBeNull();
      await poor.close();
    });

    it('refuses a wrong password in words that name the remedy', async () => {
      await expect(connectAs('dbvitals', 'wrong')).rejects.toMatchObject({
        code: 'AUTHENTICATION_FAILED',
        remedy: expect.stringContaining('password'),
      });
    });

    it('ends a statement on the server when its time is over', async () => {
      const other = await connectAs('dbvitals', 'watching');
      const slow = { probe: 'contract', file: '', since: 0, sql: 'SELECT SLEEP(20)' };
      const [id] = other.ownSessionIds;
      await expect(other.query(slow, [], call(300))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      await waitFor('the statement to be gone', async () => {
        const { sessions = [] } = await run('sessions');
        return sessions.every((session) => session.id !== id) ? true : null;
      });
      await other.close();
    });

    it('proves that the server is a process of this host', () => {
      expect(engine.locate(connection, openHost())).toMatchObject({
        level: 'per-session',
        proven: true,
        serverPid: server().pid,
      });
    });
  });
}
