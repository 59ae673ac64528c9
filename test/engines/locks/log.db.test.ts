import { afterAll, beforeAll, expect, it } from 'vitest';
import { LogTail } from '../../../src/collector/locks/log-tail.js';
import { targetOf } from '../../../src/config/index.js';
import type { Connection } from '../../../src/core/engine.js';
import type { ReportedDeadlock } from '../../../src/core/lock-analyst.js';
import { silentLogger } from '../../../src/core/logger.js';
import { loadEngine } from '../../../src/engines/registry.js';
import { openHost } from '../../../src/host/index.js';
import { createLogins, describeOnPostgres } from '../../servers/index.js';
import { waitFor } from '../../servers/wait-for.js';

const COLLECTED = { logging_collector: 'on', log_directory: 'log' };
const CASES = [
  { version: '12', settings: {}, source: 'stderr' },
  { version: '14', settings: { ...COLLECTED, log_destination: 'csvlog' }, source: 'csvlog' },
  { version: '18', settings: { ...COLLECTED, log_destination: 'stderr,jsonlog' }, source: 'jsonlog' },
] as const;

for (const { version, settings, source } of CASES) {
  const options = { version, settings: { ...settings, deadlock_timeout: '50ms' } };
  describeOnPostgres(`a deadlock in the log, ${source}`, options, (server) => {
    const host = openHost();
    let connection: Connection;
    let tail: LogTail;

    beforeAll(async () => {
      await createLogins(server());
      const engine = await loadEngine('postgresql');
      connection = await engine.connect(targetOf('x', server().url('postgres', 'dbvitals')), {
        signal: new AbortController().signal,
        deadlineMs: 5_000,
        logger: silentLogger,
      });
      tail = new LogTail(engine, connection.facts, engine.locate(connection, host).serverPid, host);
      tail.poll(Date.now());
    });
    afterAll(async () => {
      await connection.close();
      host.close();
    });

    const deadlock = async () => {
      const admin = await server().connect();
      await admin.query('CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, note text)');
      await admin.query(`INSERT INTO t VALUES (1, ''), (2, '') ON CONFLICT DO NOTHING`);
      const [a, b] = [await server().connect(), await server().connect()];
      await a.query(`BEGIN; UPDATE t SET note = 'secret' WHERE id = 1`);
      await b.query(`BEGIN; UPDATE t SET note = 'secret' WHERE id = 2`);
      const both = [
        a.query(`UPDATE t SET note = 'secret' WHERE id = 2`),
        b.query(`UPDATE t SET note = 'secret' WHERE id = 1`),
      ];
      const [first] = await Promise.allSettled(both);
      const { processID } = (first?.status === 'rejected' ? a : b) as unknown as { processID: number };
      for (const client of [a, b, admin]) await client.end();
      return String(processID);
    };
    const next = async (): Promise<ReportedDeadlock> => {
      const found = await waitFor('the deadlock', () => {
        const told = tail.poll(Date.now());
        return told.length > 0 ? told : null;
      });
      expect(found).toHaveLength(1);
      return found[0] as ReportedDeadlock;
    };

    it('is told once, with its victim, and without any literal', async () => {
      const victim = await deadlock();
      const told = await next();
      expect(told).toMatchObject({ source, victimId: victim });
      expect(told.parties).toHaveLength(2);
      for (const { text, mode, waitsFor } of told.parties) {
        expect(text).toBe('UPDATE t SET note = $? WHERE id = $?');
        expect(mode).toBe('ShareLock');
        expect(waitsFor).toMatch(/^transactionid:\d+$/);
      }
      expect(Math.abs(told.atMs - Date.now())).toBeLessThan(10_000);
      expect(tail.poll(Date.now())).toEqual([]);
    });

    if ('logging_collector' in settings)
      it('is found in the next file after a rotation', async () => {
        const admin = await server().connect();
        await admin.query(`SET log_min_messages = 'warning'`);
        await admin.query('SELECT pg_rotate_logfile()');
        await admin.end();
        const victim = await deadlock();
        const told = await waitFor('the deadlock', () => tail.poll(Date.now() + 3_600_000)[0] ?? null);
        expect(told.victimId).toBe(victim);
      });
  });
}
