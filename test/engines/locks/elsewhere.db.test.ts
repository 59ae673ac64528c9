import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { itNeeding, missingServer } from '../../needs.js';
import { createLogins, describeOnPostgres, NEWEST } from '../../servers/index.js';
import { PGBOUNCERS, startPgBouncer } from '../../servers/pgbouncer.js';
import { startStandby } from '../../servers/standby.js';
import { waitFor } from '../../servers/wait-for.js';
import { lockReader } from './reader.js';

const pidOf = (client: pg.Client) => String((client as unknown as { processID: number }).processID);

for (const version of ['16', NEWEST] as const) {
  describeOnPostgres('locks on a standby', { version }, (server) => {
    it('replay waits for a reader: a recovery conflict', async () => {
      await createLogins(server());
      const admin = await server().connect();
      await admin.query('CREATE TABLE item (id int)');
      await admin.end();
      await using standby = await startStandby(server(), { max_standby_streaming_delay: '-1' });
      const reader = await waitFor('the table on the standby', async () => {
        const client = await standby.connect();
        return client.query('BEGIN; SELECT FROM item').then(
          () => client,
          () => client.end().then(() => null),
        );
      });
      const primary = await server().connect();
      await primary.query('TRUNCATE item');
      await primary.end();
      const { read, connection } = await lockReader(standby, 'postgres');
      expect(connection.facts.role).toBe('replica');
      const reading = await waitFor('the conflict', async () => {
        const found = await read();
        return found.edges.length > 0 ? found : null;
      });
      const startup = reading.sessions.find(({ backendType }) => backendType === 'startup');
      expect(reading.edges).toMatchObject([
        { waiterId: startup?.id, blockerId: pidOf(reader), kind: 'hard', mode: 'AccessExclusiveLock' },
      ]);
      expect(startup).toMatchObject({ state: 'background', user: null });
      await connection.close();
      await reader.end();
    });
  });
}

const [bouncerName = ''] = Object.keys(PGBOUNCERS);

describeOnPostgres('locks of pooled connections', { version: NEWEST }, (server) => {
  beforeAll(() => createLogins(server()));

  itNeeding(
    missingServer(bouncerName),
    'the server connection of a client that went idle in its transaction',
    async () => {
      await using bouncer = await startPgBouncer(bouncerName, server());
      const through = async (application: string) => {
        const options = { host: '127.0.0.1', port: bouncer.port, user: 'postgres', database: 'postgres' };
        const client = new pg.Client({ ...options, application_name: application });
        await client.connect();
        return client;
      };
      const idle = await waitFor('PgBouncer', () => through('idler').catch(() => null));
      await idle.query('CREATE TABLE item (id int PRIMARY KEY, n int); INSERT INTO item VALUES (1, 0)');
      await idle.query('BEGIN');
      await idle.query('UPDATE item SET n = 1 WHERE id = 1');
      const victims = [await through('victim'), await through('victim')];
      const waiting = victims.map((client) => client.query('UPDATE item SET n = n + 1 WHERE id = 1'));
      const { read, connection } = await lockReader(server(), 'postgres');
      const reading = await waitFor('two waiters', async () => {
        const found = await read();
        return found.edges.length === 2 ? found : null;
      });
      const waiters = new Set(reading.edges.map(({ waiterId }) => waiterId));
      const [root, ...others] = reading.edges
        .map(({ blockerId }) => blockerId)
        .filter((id) => !waiters.has(id));
      expect(others).toEqual([]);
      expect(reading.sessions.find(({ id }) => id === root)).toMatchObject({
        state: 'idleInTransaction',
        application: 'idler',
      });
      await idle.query('COMMIT');
      await Promise.all(waiting);
      for (const client of [idle, ...victims]) await client.end();
      await connection.close();
    },
  );
});
