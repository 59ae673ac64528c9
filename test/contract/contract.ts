import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../src/core/engine.js';
import type { EngineName } from '../../src/core/engine-name.js';
import type { InstanceFacts } from '../../src/core/facts.js';
import type { SessionRow } from '../../src/core/session.js';
import { loadEngine } from '../../src/engines/registry.js';
import { openHost } from '../../src/host/index.js';
import { describeNeeding, missingServer } from '../needs.js';
import { waitFor } from '../servers/wait-for.js';
import { call, Harness, logIn, statement } from './harness.js';

/** A session of the test's own on the server. */
export interface Peer {
  readonly id: string;
  query(sql: string): Promise<unknown>;
  /** Cuts the connection, whatever it is doing. */
  destroy(): void;
}

/** What an engine brings to the suite: a server, who may log in, and its words for what every engine can do. */
export interface Contract {
  readonly engine: EngineName;
  url(login: 'monitor' | 'admin' | 'poor'): string;
  peer(): Promise<Peer>;
  serverPid(): number;
  facts(): Partial<InstanceFacts>;
  /** Our own session as its probe sees it. */
  readonly own: Record<string, unknown>;
  /** Names of the server's own threads or processes that are always there; none where it does not list them. */
  readonly background: readonly string[];
  /** A statement that runs for 30 s with the literal given. */
  slow(literal: string): string;
  /** Statements of one digest whose text matches; none where the server counts none. */
  readonly counted: { sql(n: number): string; readonly text: RegExp } | null;
  /** A statement that would write, and what the server says to it even when a superuser asks. */
  readonly write: string;
  readonly writeRefusal: RegExp;
  readonly poorLacks: readonly string[];
  /** Run in this order by `holder` and `waiter`, the last one is blocked. */
  readonly blocking: { readonly holder: readonly string[]; readonly waiter: string };
  readonly openTransaction: readonly string[];
}

/** What holds of every engine on every server. Call it within a suite that has the server. */
export function engineContract(given: () => Contract, extras: (harness: () => Harness) => void): void {
  let harness: Harness;
  let contract: Contract;
  let connection: Connection;

  beforeAll(async () => {
    contract = given();
    connection = await logIn(contract.engine, contract.url('monitor'));
    harness = new Harness(await loadEngine(contract.engine), connection);
  });
  afterAll(() => connection?.close());

  it('knows the server', () => {
    const { facts } = connection;
    expect(facts).toMatchObject({ engine: contract.engine, role: 'primary', ...contract.facts() });
    expect(Math.abs(facts.clockOffsetMs)).toBeLessThan(2_000);
    const started = openHost().describe(contract.serverPid())?.startedAtMs ?? 0;
    expect(Math.abs(facts.startedAtMs - started)).toBeLessThan(10_000);
  });

  it('tells the same start of the server at every connect', async () => {
    const starts = new Set([connection.facts.startedAtMs]);
    for (let n = 0; n < 4; n += 1) {
      await using again = await logIn(contract.engine, contract.url('monitor'));
      starts.add(again.facts.startedAtMs);
    }
    expect(starts.size).toBe(1);
  });

  it('runs every probe that it offers with the documented grants, and explains the others', async () => {
    for (const probe of harness.engine.probes) {
      const selected = probe.select(connection.facts);
      if ('unavailable' in selected) expect(selected.unavailable, probe.name).not.toBe('');
      else await expect(harness.run(probe.name), probe.name).resolves.toBeDefined();
    }
  });

  it('sees itself, and the server at work in the background', async () => {
    const { sessions = [], serverNowMs = 0 } = await harness.run('sessions');
    const own = sessions.find(({ id }) => connection.ownSessionIds.includes(id));
    expect(own).toMatchObject({ kind: 'client', state: 'active', waitClass: 'cpu', ...contract.own });
    expect(Math.abs(serverNowMs - Date.now())).toBeLessThan(2_000);
    const background = sessions.filter(({ kind }) => kind !== 'client');
    expect(background.map(({ backendType }) => backendType)).toEqual(
      expect.arrayContaining([...contract.background]),
    );
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(sessions.length);
  });

  it('sees a running statement with its times, and its text without the literal', async () => {
    const peer = await contract.peer();
    peer.query(contract.slow('a secret literal')).catch(() => {});
    // A statement is active a moment before the server has given it an id: the session is asked again.
    const [text] = await waitFor('its text', async () => {
      const session = await harness.session(peer.id, runs);
      expect(session.statementStartedAtMs).toBeGreaterThan(Date.now() - 60_000);
      const texts = await harness.texts([session.digest ?? '']);
      return texts.length > 0 ? texts : null;
    });
    expect(text?.text).toMatch(/sleep/i);
    expect(JSON.stringify(text)).not.toContain('secret');
    peer.destroy();
  });

  it('takes a statement of a megabyte with escapes, HTML and invalid UTF-8, and keeps none of it', async () => {
    const peer = await contract.peer();
    const hostile = `\u001b[31m<script>alert(1)</script>\u202e\ud800${'x'.repeat(1 << 20)}`;
    peer.query(contract.slow(hostile)).catch(() => {});
    const session = await harness.session(peer.id, runs);
    const texts = await harness.texts([session.digest ?? '']);
    expect(JSON.stringify(texts).length).toBeLessThan(20_000);
    expect(JSON.stringify(texts)).not.toMatch(/script|\\u001b|\\u202e|xxxx/);
    peer.destroy();
  });

  it('tells a transaction that sits idle from a session that does', async () => {
    const [idle, holder] = [await contract.peer(), await contract.peer()];
    for (const sql of contract.openTransaction) await holder.query(sql);
    const session = await harness.session(holder.id, ({ state }) => state === 'idleInTransaction');
    expect(session).toMatchObject({ waitClass: 'idleInTransaction', digest: null });
    expect(session.transactionStartedAtMs).toBeGreaterThan(Date.now() - 60_000);
    const nothing = (await harness.sessions()).find(({ id }) => id === idle.id);
    expect(nothing).toMatchObject({ state: 'idle', waitClass: 'idle', transactionStartedAtMs: null });
    idle.destroy();
    holder.destroy();
  });

  it('names the blocker of a waiting session', async () => {
    const [holder, waiter] = [await contract.peer(), await contract.peer()];
    for (const sql of contract.blocking.holder) await holder.query(sql);
    waiter.query(contract.blocking.waiter).catch(() => {});
    // MariaDB renews what INNODB_TRX and INNODB_LOCK_WAITS show only when nobody read them for 100 ms.
    await waitFor(
      'the blocker',
      async () => ((await harness.blockersOf(waiter.id)).includes(holder.id) ? true : null),
      20_000,
      250,
    );
    holder.destroy();
    waiter.destroy();
  });

  it('counts statements under the digests of the sessions, or says why not', async () => {
    const { counted } = contract;
    expect(harness.offers('statements')).toBe(counted !== null);
    if (counted === null) return;
    const peer = await contract.peer();
    for (let n = 0; n < 3; n += 1) await peer.query(counted.sql(n));
    peer.destroy();
    const { statements } = await harness.run('statements');
    const texts = await harness.texts((statements?.counters ?? []).map(({ digest }) => digest));
    const ours = texts.filter(({ text }) => counted.text.test(text ?? ''));
    expect(ours).toHaveLength(1);
    expect(statements?.counters.find(({ digest }) => digest === ours[0]?.digest)).toMatchObject({ calls: 3 });
    expect(JSON.stringify(texts)).not.toMatch(/secret literal|4242/);
  });

  it('cannot write, and knows it', async () => {
    expect(connection.facts.readOnly).toMatchObject({ proven: true, sessionReadOnly: true });
    const write = statement(contract.write);
    await expect(connection.query(write, [], call())).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    await using admin = await logIn(contract.engine, contract.url('admin'));
    expect(admin.facts.readOnly).toMatchObject({ proven: false, sessionReadOnly: true });
    expect(admin.facts.readOnly.remedy).not.toBeNull();
    await expect(admin.query(write, [], call())).rejects.toThrow(contract.writeRefusal);
  });

  it('tells a login without privileges what it cannot know', async () => {
    await using poor = await logIn(contract.engine, contract.url('poor'));
    const limits = poor.facts.capabilities.filter(({ available }) => !available);
    expect(limits.map(({ capability }) => capability)).toEqual(
      expect.arrayContaining([...contract.poorLacks]),
    );
    for (const limit of limits) expect(limit.reason, limit.capability).not.toBeNull();
  });

  it('proves that the server is a process of this host', () => {
    const host = openHost();
    expect(harness.engine.locate(connection, host)).toMatchObject({
      level: 'per-session',
      proven: true,
      serverPid: contract.serverPid(),
    });
    host.close();
  });

  it('gives up on a slow statement at its deadline, and ends it on the server', async () => {
    const slow = await logIn(contract.engine, contract.url('monitor'));
    const [id = ''] = slow.ownSessionIds;
    await expect(slow.query(statement(contract.slow('own')), [], call(150))).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await waitFor('the cancelled session to be gone', async () =>
      (await harness.sessions()).some((session) => session.id === id) ? null : true,
    );
    await expect(slow.query(statement(contract.slow('own')), [], call())).rejects.toMatchObject({
      code: 'CLOSED',
    });
  });

  it('leaves no socket behind, whenever a statement is given up', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    for (let round = 0; round < 12; round += 1) {
      const connection = await logIn(contract.engine, contract.url('monitor'));
      const abort = new AbortController();
      const asked = connection.query(statement('SELECT 1, 2 AS forbidden'), [], {
        signal: abort.signal,
        deadlineMs: 5_000,
      });
      // Before it is sent, while it runs, and when it has just ended.
      if (round % 3 > 0) await new Promise((resolve) => setImmediate(resolve));
      if (round % 3 > 1) await asked;
      abort.abort();
      await asked.catch(() => {});
      await connection.close();
    }
    await waitFor('the sockets to be closed', () => (sockets() <= before ? true : null));
  });

  extras(() => harness);
}

const runs = ({ state, digest }: SessionRow) => state === 'active' && digest !== null;

/** Needs no server of the engine. */
export function connectingFailsClearly(engine: EngineName, scheme: string): void {
  describeNeeding(missingServer(), `connecting to ${scheme} fails clearly`, () => {
    it('unknown host, closed port, black hole', async () => {
      await expect(logIn(engine, `${scheme}://u@host.invalid/db`)).rejects.toMatchObject({
        code: 'CONNECT_FAILED',
        message: expect.stringContaining('unknown host'),
      });
      await expect(logIn(engine, `${scheme}://u@127.0.0.1:1/db`)).rejects.toMatchObject({
        code: 'CONNECT_FAILED',
        remedy: expect.stringContaining('check host'),
      });
      const sockets: Socket[] = [];
      const hole = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
      const { port } = hole.address() as { port: number };
      await expect(logIn(engine, `${scheme}://u:hunter2@127.0.0.1:${port}/db`, 300)).rejects.toMatchObject({
        code: 'DEADLINE_EXCEEDED',
        message: expect.not.stringContaining('hunter2'),
      });
      for (const socket of sockets) socket.destroy();
      hole.close();
    });
  });
}
