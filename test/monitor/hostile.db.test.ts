import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { jsonText } from '../../src/render/json.js';
import { queriesLines } from '../../src/render/queries.js';
import { plainStyle } from '../../src/render/report-lines.js';
import { sessionsLines } from '../../src/render/sessions.js';
import { topLines } from '../../src/render/top.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const SECRET = 'megabyte-of-secrets';
/** Clears a screen, sets a title, runs a page's script, turns the text round, and is no UTF-8. */
const EVIL = Buffer.concat([
  Buffer.from('\u001b[2J\u001b]0;owned\u0007<script>alert(1)</script>\u202e'),
  Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x9b, 0x32, 0x4a]),
]);
const TOP = { sort: 'cpu', filter: '', typing: false, paused: false, background: true, help: false } as const;
const settings = { track_activity_query_size: 1_048_576 };

for (const version of ['14', NEWEST] as const) {
  describeOnPostgres('hostile texts', { version, ...WITH_STATEMENTS, settings }, (server) => {
    let directory = '';
    const clients: pg.Client[] = [];
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'dbvitals-hostile-test-'));
      await createLogins(server());
      const admin = await server().connect();
      await admin.query("CREATE DATABASE raw ENCODING 'SQL_ASCII' TEMPLATE template0");
      await admin.end();
      const raw = await rawClient();
      await raw.query('CREATE EXTENSION pg_stat_statements');
      send(raw, Buffer.concat([Buffer.from('CREATE ROLE "r'), EVIL, Buffer.from('" SUPERUSER LOGIN')]));
      const other = await rawClient();
      await waitFor('the role', async () => {
        const { rowCount } = await other.query("SELECT FROM pg_roles WHERE rolname LIKE 'r%<script>%'");
        return rowCount === 1 ? true : null;
      });
      await raw.end();
      await other.end();
    });
    afterAll(async () => {
      rmSync(directory, { recursive: true, force: true });
      const admin = await server().connect();
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'raw'");
      await admin.end();
      for (const client of clients) await client.end().catch(() => {});
    });

    const rawClient = async () => {
      const client = await server().connect('raw', 'postgres', 'evil\u001b[31m');
      await client.query("SET client_encoding = 'SQL_ASCII'");
      return client;
    };

    /** One megabyte: an evil name, then an endless literal. */
    const sleeping = async () => {
      const client = await rawClient();
      clients.push(client);
      const head = Buffer.concat([
        Buffer.from('SET ROLE "r'),
        EVIL,
        Buffer.from('"; SELECT pg_sleep(60) AS "n'),
        EVIL,
        Buffer.from(`", '${SECRET}`),
      ]);
      send(client, Buffer.concat([head, Buffer.alloc(1_000_000, EVIL), Buffer.from("' AS big")]));
    };

    it.each(['postgres', 'raw'])(
      'a megabyte of escapes, HTML and broken UTF-8 reaches no terminal, no page, and hides nothing (database %s)',
      async (database) => {
        await using monitor = new DatabaseResourceMonitor({ dataDir: join(directory, database) });
        await monitor.addDatabase({
          name: 'db',
          type: 'postgresql',
          connectionString: server().url(database, 'dbvitals'),
        });
        const downs: string[] = [];
        monitor.on('down', ({ message }) => downs.push(message));
        await monitor.start();
        await sleeping();
        const sessions = await waitFor('the sleeper with its text', async () => {
          const report = await monitor.getSessions({ database: 'db', inDatabase: 'raw' });
          return report.items.some(({ text }) => text?.includes('pg_sleep')) ? report : null;
        });
        const queries = await waitFor('it among the queries', async () => {
          const report = await monitor.getQueryResourceUsage({ database: 'db', limit: 50 });
          return report.items.some(({ text }) => text?.includes('pg_sleep')) ? report : null;
        });
        expect(downs).toEqual([]);
        const everything = [
          jsonText([sessions, queries]),
          ...sessionsLines(sessions, 160, plainStyle),
          ...queriesLines(queries, 160, plainStyle),
          ...topLines([sessions], TOP, 160, 40, plainStyle),
        ].join('\n');
        expect(everything).not.toContain(SECRET);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(everything).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
        const text = sessions.items.find((item) => item.text?.includes('pg_sleep'))?.text ?? '';
        expect(text).toContain('<script>');
        expect(text.length).toBeLessThanOrEqual(16_384);
      },
    );
  });
}

/** A simple query as bytes: the driver would make UTF-8 of it. Its answer is nobody's. */
function send(client: pg.Client, statement: Buffer): void {
  const length = Buffer.alloc(5);
  length.write('Q');
  length.writeInt32BE(statement.length + 5, 1);
  const { stream } = (client as unknown as { connection: { stream: NodeJS.WritableStream } }).connection;
  stream.write(Buffer.concat([length, statement, Buffer.from([0])]));
}
