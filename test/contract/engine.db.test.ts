import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../src/config/index.js';
import type { Connection, Engine, Target } from '../../src/core/engine.js';
import { silentLogger } from '../../src/core/logger.js';
import type { ProbeTick } from '../../src/core/probe.js';
import { loadEngine } from '../../src/engines/registry.js';
import { openHost } from '../../src/host/index.js';
import { createLogins, describeOnPostgres, POSTGRES_MATRIX, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const call = () => ({ signal: new AbortController().signal, deadlineMs: 5_000 });
const connectTo = (engine: Engine, target: Target, deadlineMs = 5_000) =>
  engine.connect(target, { signal: new AbortController().signal, deadlineMs, logger: silentLogger });

for (const version of POSTGRES_MATRIX) {
  describeOnPostgres('the engine contract', { version, ...WITH_STATEMENTS }, (server) => {
    let engine: Engine;
    let connection: Connection;
    const login = (user: string) => targetOf('contract', server().url('postgres', user));
    const tick = (): ProbeTick => ({
      instance: 'contract',
      facts: connection.facts,
      atMs: Date.now(),
      waiterIds: [],
      activeIds: [],
    });
    const run = async (name: string) => {
      const probe = engine.probes.find((each) => each.name === name);
      const selected = probe?.select(connection.facts);
      if (probe === undefined || selected === undefined || 'unavailable' in selected)
        throw new Error(`no probe ${name}`);
      return probe.toRecords(
        await connection.query(selected, probe.parameters?.(tick()) ?? [], call()),
        tick(),
      );
    };

    beforeAll(async () => {
      await createLogins(server());
      engine = await loadEngine('postgresql');
      connection = await connectTo(engine, login('dbvitals'));
    });
    afterAll(() => connection?.close());

    it('knows the server', () => {
      const { facts } = connection;
      expect(Math.floor(facts.versionNumber / 10_000)).toBe(server().major);
      expect(facts).toMatchObject({
        engine: 'postgresql',
        role: 'primary',
        maxConnections: 100,
        reservedConnections: 3,
      });
      expect(facts.identity).toMatch(/^\d{15,20}$/);
      expect(Math.abs(facts.clockOffsetMs)).toBeLessThan(2_000);
      expect(facts.dataDirectory).toBe(server().dataDirectory);
    });

    it('runs every probe that it offers for this version, and explains the others', async () => {
      for (const probe of engine.probes) {
        const selected = probe.select(connection.facts);
        if ('unavailable' in selected) expect(selected.unavailable, probe.name).not.toBe('');
        else {
          const rows = await connection.query(selected, probe.parameters?.(tick()) ?? [], call());
          expect(() => probe.toRecords(rows, tick()), probe.name).not.toThrow();
        }
      }
    });

    it('sees itself: a client session with its statement, without any text on the wire', async () => {
      const { sessions = [], serverNowMs = 0 } = await run('sessions');
      const own = sessions.find(({ id }) => connection.ownSessionIds.includes(id));
      expect(own).toMatchObject({
        kind: 'client',
        state: 'active',
        application: 'dbvitals',
        waitClass: 'cpu',
        clientAddress: '127.0.0.1',
      });
      expect(own?.digest).toMatch(server().major >= 14 ? /^-?\d+$/ : /^t:-?\d+$/);
      expect(Math.abs(serverNowMs - Date.now())).toBeLessThan(2_000);
      expect(sessions.map(({ backendType }) => backendType)).toEqual(
        expect.arrayContaining(['checkpointer', 'background writer']),
      );
    });

    it('names the ids that sessions carry', async () => {
      const { names } = await run('names');
      const { sessions = [] } = await run('sessions');
      const own = sessions.find(({ id }) => connection.ownSessionIds.includes(id));
      expect(names?.databases.get(own?.database ?? '')).toBe('postgres');
      expect(names?.users.get(own?.user ?? '')).toBe('dbvitals');
    });

    it('counts statements, and fetches their texts without literals', async () => {
      const client = await server().connect();
      await client.query("SELECT 'a secret literal' AS found, 424242 + 1 AS sum");
      await client.end();
      const { statements } = await run('statements');
      expect(statements?.counters.length).toBeGreaterThan(0);
      const texts = await engine.statementTexts(
        connection,
        'contract',
        (statements?.counters ?? []).map(({ digest }) => digest),
        call(),
      );
      const ours = texts.find(({ text }) => text?.includes('found'));
      expect(ours?.text).toMatch(/^SELECT \$\S+ AS found, \$\S+ \+ \$\S+ AS sum$/);
      expect(JSON.stringify(texts)).not.toMatch(/secret literal|424242/);
    });

    it('cannot write, and knows it', async () => {
      expect(connection.facts.readOnly).toMatchObject({ proven: true, sessionReadOnly: true });
      const statement = { probe: 'contract', file: '', since: 0, sql: 'CREATE TABLE forbidden (i int)' };
      await expect(connection.query(statement, [], call())).rejects.toMatchObject({ code: 'QUERY_FAILED' });
      const superuser = await connectTo(engine, login('postgres'));
      expect(superuser.facts.readOnly).toMatchObject({ proven: false, sessionReadOnly: true });
      await expect(superuser.query(statement, [], call())).rejects.toThrow(/read-only/);
      await superuser.close();
    });

    it('tells a login without privileges what it cannot know', async () => {
      const poor = await connectTo(engine, login('nobody_at_all'));
      const limits = poor.facts.capabilities.filter(({ available }) => !available);
      expect(limits.map(({ capability }) => capability)).toEqual(
        expect.arrayContaining([
          'sessions.details',
          'statements.counters',
          'settings.dataDirectory',
          'temp.live',
        ]),
      );
      for (const limit of limits) expect(limit.reason, limit.capability).not.toBeNull();
      const probe = engine.probes.find(({ name }) => name === 'sessions');
      const selected = probe?.select(poor.facts);
      if (probe === undefined || selected === undefined || 'unavailable' in selected)
        throw new Error('no session probe');
      const { sessions = [] } = probe.toRecords(await poor.query(selected, [], call()), tick());
      const hidden = sessions.find(({ id }) => connection.ownSessionIds.includes(id));
      expect(hidden).toMatchObject({ state: 'unknown', digest: null });
      await poor.close();
    });

    it('proves that the server is a process of this host', () => {
      const host = openHost();
      expect(engine.locate(connection, host)).toMatchObject({
        level: 'per-session',
        proven: true,
        serverPid: server().pid,
      });
      host.close();
    });

    it('gives up on a slow statement at its deadline, and cancels it on the server', async () => {
      const slow = await connectTo(engine, login('dbvitals'));
      const [pid] = slow.ownSessionIds;
      const statement = {
        probe: 'contract',
        file: '',
        since: 0,
        sql: '/* dbvitals:contract */ SELECT pg_sleep(30)',
      };
      await expect(slow.query(statement, [], { ...call(), deadlineMs: 150 })).rejects.toMatchObject({
        code: 'DEADLINE_EXCEEDED',
      });
      const admin = await server().connect();
      await waitFor('the cancelled session to be gone', async () => {
        const { rows } = await admin.query(
          "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'",
          [pid],
        );
        return rows.length === 0 ? true : null;
      });
      await admin.end();
      await expect(slow.query(statement, [], call())).rejects.toMatchObject({ code: 'CLOSED' });
    });

    it('names the blocker of a waiting session', async () => {
      const [holder, victim] = [await server().connect(), await server().connect()];
      await holder.query('SELECT pg_advisory_lock(7)');
      const waiting = victim.query('SELECT pg_advisory_lock(7)').catch(() => {});
      const waiter = await waitFor('a lock wait', async () => {
        const { sessions = [] } = await run('sessions');
        return sessions.find(({ waitClass }) => waitClass === 'lockApplication') ?? null;
      });
      const probe = engine.probes.find(({ name }) => name === 'blockers');
      const selected = probe?.select(connection.facts);
      if (probe === undefined || selected === undefined || 'unavailable' in selected)
        throw new Error('no blocker probe');
      const asked = { ...tick(), waiterIds: [waiter.id] };
      const { blockers } = probe.toRecords(
        await connection.query(selected, probe.parameters?.(asked) ?? [], call()),
        asked,
      );
      const { processID } = holder as unknown as { processID: number };
      expect(blockers?.get(waiter.id)).toEqual([String(processID)]);
      await holder.end();
      await waiting;
      await victim.end();
    });
  });
}

describe.skipIf(process.env.DBVITALS_NO_SERVERS !== undefined)('connecting fails clearly', () => {
  it('unknown host, closed port, black hole', async () => {
    const engine = await loadEngine('postgresql');
    await expect(connectTo(engine, targetOf('x', 'postgresql://u@host.invalid/db'))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
    });
    await expect(connectTo(engine, targetOf('x', 'postgresql://u@127.0.0.1:1/db'))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      remedy: expect.stringContaining('check host'),
    });
    const sockets: Socket[] = [];
    const hole = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const { port } = hole.address() as { port: number };
    await expect(
      connectTo(engine, targetOf('x', `postgresql://u:hunter2@127.0.0.1:${port}/db`), 300),
    ).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.not.stringContaining('hunter2'),
    });
    for (const socket of sockets) socket.destroy();
    hole.close();
  });
});
