import type pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';
import { createLogins, describeOnPostgres, POSTGRES_MATRIX, WITH_STATEMENTS } from '../servers/index.js';
import { type Contract, connectingFailsClearly, engineContract, type Peer } from './contract.js';
import { call, Harness, logIn, statement } from './harness.js';

for (const version of POSTGRES_MATRIX) {
  describeOnPostgres('the engine contract', { version, ...WITH_STATEMENTS }, (server) => {
    beforeAll(() => createLogins(server()));
    engineContract(
      () => contractOf(server()),
      (harness) => {
        it('has the versions, slots and identity that PostgreSQL has', () => {
          const { facts } = harness().connection;
          expect(Math.floor(facts.versionNumber / 10_000)).toBe(server().major);
          expect(facts.identity).toMatch(/^\d{15,20}$/);
        });

        it('has query ids from 14 on, and fingerprints before', async () => {
          const { connection } = harness();
          const own = (await harness().sessions()).find(({ id }) => connection.ownSessionIds.includes(id));
          expect(own?.digest).toMatch(server().major >= 14 ? /^-?\d+$/ : /^t:-?\d+$/);
        });

        it('names the ids that sessions carry', async () => {
          const { names } = await harness().run('names');
          const { connection } = harness();
          const own = (await harness().sessions()).find(({ id }) => connection.ownSessionIds.includes(id));
          expect(names?.databases.get(own?.database ?? '')).toBe('postgres');
          expect(names?.users.get(own?.user ?? '')).toBe('dbvitals');
        });

        // PostgreSQL 18 keeps no comment before a statement, so the marker alone does not tell.
        it('knows its own statements by their texts', async () => {
          for (const { name } of harness().engine.probes)
            if (harness().offers(name)) await harness().run(name);
          const { names } = await harness().run('names');
          const { statements } = await harness().run('statements');
          const own = (statements?.counters ?? [])
            .filter(({ user }) => names?.users.get(user ?? '') === 'dbvitals')
            .map(({ digest }) => digest);
          expect(own.length).toBeGreaterThan(5);
          const foreign = (await harness().texts(own)).filter(({ source }) => source !== 'monitor');
          // What the test itself sends has no file.
          expect(
            foreign.map(({ text }) => text).filter((text) => !/sleep|forbidden/i.test(text ?? '')),
          ).toEqual([]);
        });

        it('answers several questions in one round trip, each as it does alone', async () => {
          const { connection } = harness();
          const asked = ['names', 'counters-database', 'names'].map((name) => harness().selected(name));
          const alone = await connection.query(harness().selected('names'), [], call());
          for (let time = 0; time < 2; time += 1) {
            const [first, counters, last] = (await connection.together(asked, call())) ?? [];
            expect([first, last]).toEqual([alone, alone]);
            expect(counters?.map((row) => Object.keys(row))).toEqual(
              (await connection.query(harness().selected('counters-database'), [], call())).map((row) =>
                Object.keys(row),
              ),
            );
          }
        });

        it('says that one of several questions failed, and answers the next ones', async () => {
          const { connection } = harness();
          const names = harness().selected('names');
          const alone = await connection.query(names, [], call());
          for (const wrong of ['SELECT 1/0 AS wrong', 'SELECT * FROM not_there', 'SELEC']) {
            expect(await connection.together([names, statement(wrong), names], call())).toBeNull();
            expect(await connection.together([names], call())).toEqual([alone]);
          }
        });

        it('gives up on several questions at their deadline', async () => {
          await using own = await logIn('postgresql', server().url('postgres', 'dbvitals'));
          const asked = [statement('SELECT 1 AS one'), statement('SELECT pg_sleep(30) AS slow')];
          await expect(own.together(asked, call(300))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
          await expect(own.together(asked, call(300))).rejects.toMatchObject({ code: 'CLOSED' });
        });

        it('shows a login without privileges that sessions are there, and nothing of them', async () => {
          const { engine, connection } = harness();
          await using poor = await logIn('postgresql', server().url('postgres', 'nobody_at_all'));
          const seen = await new Harness(engine, poor).sessions();
          const hidden = seen.find(({ id }) => connection.ownSessionIds.includes(id));
          expect(hidden).toMatchObject({ state: 'unknown', digest: null });
        });
      },
    );
  });
}

function contractOf(server: PrivatePostgres): Contract {
  const users = { monitor: 'dbvitals', admin: 'postgres', poor: 'nobody_at_all' };
  return {
    engine: 'postgresql',
    url: (login) => server.url('postgres', users[login]),
    peer: async () => peerOf(await server.connect()),
    serverPid: () => server.pid,
    facts: () => ({ maxConnections: 100, reservedConnections: 3, dataDirectory: server.dataDirectory }),
    own: { application: 'dbvitals', clientAddress: '127.0.0.1' },
    background: ['checkpointer', 'background writer'],
    slow: (literal) => `SELECT pg_sleep(30), '${literal}' AS found`,
    counted: {
      sql: (n) => `SELECT 'a secret literal ${n}' AS found, 424242 + ${n} AS sum`,
      text: /^SELECT \$\S+ AS found, \$\S+ \+ \$\S+ AS sum$/,
    },
    write: 'CREATE TABLE forbidden (i int)',
    writeRefusal: /read-only/,
    poorLacks: ['sessions.details', 'statements.counters', 'settings.dataDirectory', 'temp.live'],
    blocking: { holder: ['SELECT pg_advisory_lock(7)'], waiter: 'SELECT pg_advisory_lock(7)' },
    openTransaction: ['BEGIN', 'SELECT 1'],
  };
}

function peerOf(client: pg.Client): Peer {
  const { processID, connection } = client as unknown as {
    processID: number;
    connection: { stream: { destroy(): void } };
  };
  return {
    id: String(processID),
    query: (sql) => client.query(sql),
    destroy: () => connection.stream.destroy(),
  };
}

connectingFailsClearly('postgresql', 'postgresql');
