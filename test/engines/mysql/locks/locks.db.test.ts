import type { Connection as Client } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/core/engine.js';
import type { LockEdge } from '../../../../src/core/locks.js';
import type { MysqlServerOptions } from '../../../../src/lab/mysql/index.js';
import { describeOnMysql } from '../../../servers/index.js';
import { waitFor } from '../../../servers/wait-for.js';
import { Players } from './players.js';
import { connectAsMonitor, readLocks, readLocksAs } from './probing.js';
import { SCENARIOS, type Scenario } from './scenarios.js';

const INSTRUMENT = { 'performance-schema-instrument': 'wait/lock/metadata/sql/mdl=ON' };
/** Where MariaDB is not like MySQL 5.7: the number of those who only read, and the modes of its backup lock. */
const NOT_AS_57 = /SHARE MODE|FLUSH|BACKUP|READ$/;
const SERVERS: readonly (MysqlServerOptions & { readonly metadata: 'schema' | 'plugin' })[] = [
  { version: 'mysql-9.7', settings: { 'innodb-autoinc-lock-mode': 1, 'sync-binlog': 0 }, metadata: 'schema' },
  { version: 'mariadb-10.11', settings: { 'performance-schema': 'ON', ...INSTRUMENT }, metadata: 'schema' },
  { version: 'mariadb-11.8', settings: { 'performance-schema': 'ON', ...INSTRUMENT }, metadata: 'schema' },
  { version: 'mariadb-11.8', settings: { 'plugin-load-add': 'metadata_lock_info' }, metadata: 'plugin' },
];

for (const options of SERVERS) {
  describeOnMysql('who blocks whom', options, (server) => {
    let root: Client;
    /** In no database: one that is being dropped would make it wait. */
    let judge: Client;
    let players: Players;
    let connection: Connection;
    const flavour = options.version.startsWith('mariadb') ? 'mariadb' : 'mysql';

    beforeAll(async () => {
      root = await server().connect();
      judge = await server().connect();
      players = new Players(server(), root);
      connection = await connectAsMonitor(server());
    });
    afterEach(() => players.reset());
    afterAll(async () => {
      players.close();
      await connection.close();
      await root.end();
      await judge.end();
    });

    /** A reading in which all who must wait do. */
    const readAll = () =>
      waitFor(
        `a reading with ${[...players.waiters]}`,
        async () => {
          const reading = await readLocks(connection);
          const seen = new Set(reading.edges.map(({ waiterId }) => players.nameOf(waiterId)));
          return [...players.waiters].every((who) => seen.has(who)) ? reading : null;
        },
        20_000,
        1,
      );

    /** With what the server's own sys views say, as far as they know. */
    const compare = async (edges: readonly LockEdge[]) => {
      const pairs = async (view: string) => {
        const [rows] = await judge.query(`SELECT waiting_pid AS w, blocking_pid AS b FROM sys.${view}`);
        return new Set((rows as { w: number; b: number }[]).map(({ w, b }) => `${w}>${b}`));
      };
      const ours = (of: (edge: LockEdge) => boolean) =>
        edges.filter(of).map(({ waiterId, blockerId }) => `${waiterId}>${blockerId}`);
      if (options.metadata === 'schema') {
        const tables = await pairs('schema_table_lock_waits');
        const granted = ours(
          ({ kind, resource, mode }) =>
            kind === 'hard' && resource.key.startsWith('metadata:TABLE') && mode === mode.toUpperCase(),
        );
        expect(granted.filter((pair) => !pair.includes('prepared') && !tables.has(pair))).toEqual([]);
      }
      // MariaDB's view takes all transactions that only read for one another.
      if (flavour === 'mariadb') return;
      const rows = await pairs('innodb_lock_waits');
      const waiters = new Set([...rows].map((pair) => pair.split('>')[0]));
      const found = ours(({ resource }) => ['row', 'gap', 'table'].includes(resource.kind));
      expect(found.filter((pair) => !rows.has(pair.replace(/prepared:.*/, '0')))).toEqual([]);
      const roots = [...rows].filter((pair) => !waiters.has(pair.split('>')[1]));
      expect(
        roots.filter((pair) => !found.some((each) => each.replace(/prepared:.*/, '0') === pair)),
      ).toEqual([]);
    };

    /** The statements of servers that cannot be had here: 8.0 before data_locks was safe, 5.7 by the views of MariaDB. */
    const compareOlder = async ({ roots, steps }: Scenario) => {
      const { edges } = await readLocksAs(connection, flavour === 'mysql' ? 80_036 : 50_744);
      const pairs = edges
        .filter(({ waiterId }) => Number(waiterId) > 0)
        .map(({ waiterId, blockerId }) => `${players.nameOf(waiterId)}>${players.nameOf(blockerId)}`);
      if (flavour === 'mysql' || !steps.some((step) => NOT_AS_57.test(step)))
        expect(rootsOf(pairs).join(' ')).toBe(roots);
    };

    const applies = ({ only }: Scenario) => only === undefined || only === flavour;
    it.each(SCENARIOS.filter(applies).map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_name, scenario) => {
        await players.play(scenario);
        const reading = await readAll();
        // InnoDB's own threads (purge, statistics) may wait for a table's metadata as well.
        const pairs = reading.edges
          .filter(({ waiterId }) => Number(waiterId) > 0)
          .map(({ waiterId, blockerId }) => `${players.nameOf(waiterId)}>${players.nameOf(blockerId)}`);
        expect(rootsOf(pairs).join(' ')).toBe(scenario.roots);
        if (scenario.edges !== undefined)
          expect([...new Set(pairs)].sort()).toEqual(scenario.edges.split(' ').sort());
        const known = new Set(reading.sessions.map(({ id }) => id));
        for (const { waiterId, blockerId } of reading.edges)
          expect(known.has(waiterId) && known.has(blockerId)).toBe(true);
        // The sys views know connections only.
        await compare(reading.edges.filter(({ waiterId }) => Number(waiterId) > 0));
        if (options.metadata === 'schema') await compareOlder(scenario);
      },
    );
  });
}

function rootsOf(pairs: readonly string[]): string[] {
  const waiters = new Set(pairs.map((pair) => pair.split('>')[0]));
  return [...new Set(pairs.map((pair) => pair.split('>')[1] as string))]
    .filter((blocker) => !waiters.has(blocker))
    .sort();
}
