import { setTimeout } from 'node:timers/promises';
import type { Connection as Client } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { targetOf } from '../../../../src/config/index.js';
import type { Connection } from '../../../../src/core/engine.js';
import type { LockReading } from '../../../../src/core/locks.js';
import { silentLogger } from '../../../../src/core/logger.js';
import { mysql } from '../../../../src/engines/mysql/index.js';
import { locks } from '../../../../src/engines/mysql/probes/locks.js';
import type { MysqlServerOptions } from '../../../../src/lab/mysql/index.js';
import { describeOnMysql } from '../../../servers/index.js';
import { waitFor } from '../../../servers/wait-for.js';
import { Players } from './players.js';
import { SCENARIOS, type Scenario } from './scenarios.js';

const INSTRUMENT = { 'performance-schema-instrument': 'wait/lock/metadata/sql/mdl=ON' };
const SERVERS: readonly (MysqlServerOptions & { readonly metadata: 'schema' | 'plugin' })[] = [
  { version: 'mysql-9.7', settings: { 'innodb-autoinc-lock-mode': 1 }, metadata: 'schema' },
  { version: 'mariadb-10.11', settings: { 'performance-schema': 'ON', ...INSTRUMENT }, metadata: 'schema' },
  { version: 'mariadb-11.8', settings: { 'performance-schema': 'ON', ...INSTRUMENT }, metadata: 'schema' },
  { version: 'mariadb-11.8', settings: { 'plugin-load-add': 'metadata_lock_info' }, metadata: 'plugin' },
];
const call = () => ({ signal: new AbortController().signal, deadlineMs: 5_000 });

for (const options of SERVERS) {
  describeOnMysql('who blocks whom', options, (server) => {
    let root: Client;
    let players: Players;
    let connection: Connection;
    const flavour = options.version.startsWith('mariadb') ? 'mariadb' : 'mysql';

    beforeAll(async () => {
      root = await server().connect();
      players = new Players(server(), root);
      const target = targetOf('locks', server().url('', 'dbvitals', 'watching'));
      connection = await mysql.connect(target, { ...call(), logger: silentLogger });
    });
    afterEach(() => players.reset());
    afterAll(async () => {
      players.close();
      await connection.close();
      await root.end();
    });

    const read = async (): Promise<LockReading> => {
      const query = locks.select(connection.facts);
      if ('unavailable' in query) throw new Error(query.unavailable);
      const { facts } = connection;
      const tick = { instance: 'locks', facts, atMs: Date.now(), waiterIds: [], activeIds: [] };
      const { locks: reading } = locks.toRecords(await connection.query(query, [], call()), tick);
      return reading as LockReading;
    };
    /** INNODB_TRX is renewed only when nobody read it for 100 ms: what a reading right after another one shows is the past. */
    const readAll = () =>
      waitFor(
        `a reading with ${[...players.waiters]}`,
        async () => {
          await setTimeout(110);
          const reading = await read();
          const seen = new Set(reading.edges.map(({ waiterId }) => players.nameOf(waiterId)));
          return [...players.waiters].every((who) => seen.has(who)) ? reading : null;
        },
        2_000,
        1,
      );

    const applies = ({ only }: Scenario) => only === undefined || only === flavour;
    it.each(SCENARIOS.filter(applies).map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_name, scenario) => {
        await players.play(scenario);
        const reading = await readAll();
        const pairs = reading.edges.map(
          ({ waiterId, blockerId }) => `${players.nameOf(waiterId)}>${players.nameOf(blockerId)}`,
        );
        expect(rootsOf(pairs).join(' ')).toBe(scenario.roots);
        if (scenario.edges !== undefined)
          expect([...new Set(pairs)].sort()).toEqual(scenario.edges.split(' ').sort());
        const known = new Set(reading.sessions.map(({ id }) => id));
        for (const { waiterId, blockerId } of reading.edges)
          expect(known.has(waiterId) && known.has(blockerId)).toBe(true);
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
