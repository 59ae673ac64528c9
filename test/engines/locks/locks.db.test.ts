import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Connection, Engine } from '../../../src/core/engine.js';
import type { LockReading } from '../../../src/core/locks.js';
import { conflictsOf, modeBit } from '../../../src/engines/postgresql/locks/modes.js';
import { createLogins, describeOnPostgres } from '../../servers/index.js';
import { lockReader } from './reader.js';
import { ROWS } from './rows.js';
import { closure, linksOf, type Scenario, Stage, serverLinks } from './scenario.js';
import { SCHEMA } from './schema.js';
import { TABLES } from './tables.js';

const MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];

for (const version of ['12', '14', '18'] as const) {
  const settings = {
    // Cycles and blocked autovacuums must last as long as the test looks at them.
    deadlock_timeout: '60s',
    max_prepared_transactions: 5,
    autovacuum_naptime: '1s',
  };
  describeOnPostgres('who waits for whom', { version, settings }, (server) => {
    let engine: Engine;
    let connection: Connection;
    let observer: pg.Client;
    let stage: Stage;
    let cleanup: readonly string[] = [];
    let read: () => Promise<LockReading>;

    beforeAll(async () => {
      await createLogins(server());
      const admin = await server().connect();
      await admin.query('CREATE DATABASE shop');
      await admin.end();
      observer = await server().connect('shop');
      await observer.query(SCHEMA);
      ({ engine, connection, read } = await lockReader(server(), 'shop'));
    });
    afterAll(async () => {
      await observer.end();
      await connection.close();
    });
    afterEach(async () => {
      await stage?.clear(cleanup);
    });

    const play = async (scenario: Scenario): Promise<LockReading> => {
      stage = new Stage(server(), observer);
      cleanup = scenario.cleanup ?? [];
      await stage.play(scenario);
      return read();
    };

    it.each([...ROWS, ...TABLES].map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_, scenario) => {
        const reading = await play(scenario);
        expect(stage.edges(reading, true)).toEqual([...scenario.edges].sort());
        const waiting = new Set(reading.edges.map(({ waiterId }) => waiterId));
        const roots = new Set(
          reading.edges.map(({ blockerId }) => blockerId).filter((id) => !waiting.has(id)),
        );
        expect([...roots].map((id) => stage.name(id, reading)).sort()).toEqual(scenario.roots);
        const told = [...closure(await serverLinks(observer, server().major >= 13))];
        const own = [...closure(linksOf(reading))].map(([waiter, blockers]) => [
          waiter,
          [...new Set(blockers.map((id) => (id.startsWith('prepared:') ? '0' : id)))].sort(),
        ]);
        if (server().major >= 13) expect(own.sort()).toEqual(told.sort());
        for (const id of [...waiting, ...roots])
          expect(
            reading.sessions.map((session) => session.id),
            id,
          ).toContain(id);
      },
    );

    it('knows which modes exclude each other', async () => {
      const [a, b] = [await server().connect('shop'), await server().connect('shop')];
      await b.query('BEGIN');
      for (const held of MODES) {
        await a.query(`BEGIN; LOCK TABLE item IN ${held} MODE`);
        for (const wanted of MODES) {
          await b.query('SAVEPOINT s');
          const free = await b.query(`LOCK TABLE item IN ${wanted} MODE NOWAIT`).then(
            () => true,
            () => false,
          );
          await b.query('ROLLBACK TO s');
          const name = (mode: string) =>
            `${mode.toLowerCase().replace(/(^| )(.)/g, (_, _space, letter) => letter.toUpperCase())}Lock`;
          expect((conflictsOf(name(wanted)) & modeBit(name(held))) === 0, `${wanted} beside ${held}`).toBe(
            free,
          );
        }
        await a.query('ROLLBACK');
      }
      await a.end();
      await b.end();
    });

    it('names relations and indexes, and keeps the numbers of what it cannot name', async () => {
      const { rows } = await observer.query<{ database: string; item: string; index: string }>(
        `SELECT (SELECT oid::text FROM pg_database WHERE datname = 'shop') AS database,
                'item'::regclass::oid::text AS item, 'item_pkey'::regclass::oid::text AS index`,
      );
      const { database = '', item = '', index = '' } = rows[0] ?? {};
      const call = { signal: new AbortController().signal, deadlineMs: 2_000 };
      const names = await engine.relationNames?.(
        connection,
        [
          { database, relation: item },
          { database, relation: index },
          { database: null, relation: '1262' },
          { database: '1', relation: item },
        ],
        call,
      );
      expect(names).toEqual(
        expect.arrayContaining([
          { database, relation: item, table: 'public.item', index: null },
          { database, relation: index, table: 'public.item', index: 'item_pkey' },
          { database: null, relation: '1262', table: 'pg_catalog.pg_database', index: null },
        ]),
      );
      expect(names).toHaveLength(3);
    });
  });
}
