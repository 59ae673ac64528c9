import { type Connection as Client, createConnection } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { normaliseStatement } from '../../src/engines/mysql/normalise.js';
import { openHost } from '../../src/host/index.js';
import { MONITOR_GRANTS, type PrivateMysql } from '../../src/lab/mysql/index.js';
import { describeOnMysql, MYSQL_MATRIX } from '../servers/index.js';
import { type Contract, connectingFailsClearly, engineContract, type Peer } from './contract.js';
import { Harness, logIn } from './harness.js';

/** Ways to write statements that the server's digest folds. */
const FORMS = [
  "SELECT * FROM forms WHERE id <> 5 AND `order` = 'x'",
  'SELECT id FROM forms WHERE id IN (1, 2, 3)',
  "INSERT INTO forms VALUES (10, 'a'), (11, 'b') ON DUPLICATE KEY UPDATE `order` = 'c'",
  'UPDATE forms SET `order` = "q" WHERE id = -4 /* why */',
  'SELECT COUNT(*), MAX(id) FROM forms AS f WHERE f.id >= 0x1f -- tail',
  "DELETE FROM shop.forms WHERE `order` LIKE 'z%' LIMIT 3",
  'SELECT COUNT(DISTINCT id), STD(id), -1, id - 1 FROM forms',
  "SELECT SUBSTR('abc', 1), NOW(), CURRENT_TIMESTAMP, DATABASE(), @x, @@version",
  "INSERT INTO forms (id, `order`) VALUES (20, NULL), (21, 'b')",
  'SELECT id FROM forms WHERE `order` IS NULL AND id = ANY (SELECT 1) && id < 3',
  'SELECT CAST(id AS CHAR(3)), CAST(id AS SIGNED INTEGER) FROM forms',
  'SELECT DATE_ADD(NOW(), INTERVAL 1 DAY)',
  'SHOW COLUMNS FROM forms',
  `SELECT ${Array.from({ length: 150 }, (_, n) => `id + ${n} AS column_${n}`).join(', ')} FROM forms`,
];

/** What docs/privileges.md says is unknown without each grant, by its place in MONITOR_GRANTS. */
const LOST = {
  mysql: [['sessions.clientPorts', 'counters.innodb'], ['replication.role'], ['sessions.details']],
  mariadb: [['sessions.details', 'sessions.transactions', 'counters.innodb'], ['replication.role'], []],
};

/** InnoDB's threads, in each server's words; MariaDB runs reads, writes and purge in one pool. */
const BACKGROUND = {
  'mysql-9.7': [
    'innodb/page_flush_coordinator_thread',
    'innodb/srv_purge_thread',
    'innodb/io_read_thread',
    'innodb/io_write_thread',
    'innodb/log_writer_thread',
  ],
  'mariadb-10.11': ['innodb/page_cleaner_thread', 'innodb/thread_pool_thread'],
  'mariadb-11.8': ['innodb/page_cleaner', 'innodb/ib_tpool_worker'],
};

for (const options of MYSQL_MATRIX) {
  const mariadb = options.version.startsWith('mariadb');
  const schema = !mariadb || options.settings !== undefined;
  describeOnMysql('the engine contract', options, (server) => {
    engineContract(
      () => contractOf(server(), schema),
      (harness) => {
        const known = (name: string) =>
          harness().connection.facts.capabilities.find(({ capability }) => capability === name)?.available;

        it('tells flavour and version', () => {
          const { facts } = harness().connection;
          expect(facts.flavour).toBe(mariadb ? 'mariadb' : 'mysql');
          expect(facts.version).toContain(options.version.split('-')[1]);
          if (!mariadb) expect(facts.identity).toMatch(/^[0-9a-f-]{36}$/);
        });

        it('needs each of the documented grants, and says what is lost without it', async () => {
          const grants = MONITOR_GRANTS[server().flavour];
          const root = await server().connect();
          for (const [left, lost] of LOST[server().flavour].entries()) {
            await root.query(`CREATE USER lacks${left}@'%' IDENTIFIED BY 'one'`);
            for (const grant of grants.filter((_, index) => index !== left))
              await root.query(`${grant} lacks${left}@'%'`);
            await using login = await logIn('mysql', server().url('', `lacks${left}`, 'one'));
            const missing = new Map(
              login.facts.capabilities
                .filter(({ capability, available }) => !available && known(capability))
                .map(({ capability, remedy }) => [capability, remedy]),
            );
            const expected = [...lost];
            if (schema && left === 2) expected.push('statements.counters', 'background.names');
            for (const name of expected) expect([...missing.keys()], grants[left]).toContain(name);
            const privilege = /GRANT ([A-Z ]+) ON/.exec(grants[left] ?? '')?.[1] ?? '';
            for (const name of expected) expect(missing.get(name), name).toContain(privilege);
          }
          await root.end();
        });

        it('finds the thread of a session, its client port, and the threads of the server', async () => {
          const client = await server().connect('shop');
          const session = await harness().session(String(client.threadId), () => true);
          expect(openHost().threads(server().pid)).toContain(session.osTid);
          expect(session).toMatchObject({ database: 'shop', user: 'root' });
          expect(session.clientPort).toBeGreaterThan(1_023);
          client.destroy();
          const own = (await harness().sessions()).filter(({ state }) => state === 'background');
          const threads = openHost().threads(server().pid);
          for (const { osTid, backendType } of own) expect(threads, backendType).toContain(osTid);
        });

        it('tells a wait for a metadata lock', async () => {
          const [holder, waiter] = [await server().connect('shop'), await server().connect('shop')];
          await holder.query('CREATE TABLE IF NOT EXISTS meta (id INT PRIMARY KEY) ENGINE=InnoDB');
          await holder.query('START TRANSACTION');
          await holder.query('SELECT * FROM meta');
          waiter.query('ALTER TABLE meta ADD COLUMN more INT').catch(() => {});
          const session = await harness().session(
            String(waiter.threadId),
            ({ waitClass }) => waitClass === 'lockObject',
          );
          expect(session.waitEvent).toMatch(/metadata lock/i);
          holder.destroy();
          waiter.destroy();
        });

        if (mariadb && schema)
          it('folds a running statement and its digest text into one digest', async () => {
            const client = await server().connect('shop');
            await client.query('CREATE TABLE IF NOT EXISTS forms (id INT PRIMARY KEY, `order` VARCHAR(9))');
            for (const sql of FORMS) await client.query(sql);
            const [rows] = (await client.query(
              "SELECT DIGEST_TEXT AS text FROM performance_schema.events_statements_summary_by_digest WHERE SCHEMA_NAME = 'shop'",
            )) as unknown as [{ text: string }[]];
            await client.end();
            const counted = new Set(rows.map(({ text }) => normaliseStatement(text).digest));
            expect(FORMS.filter((sql) => !counted.has(normaliseStatement(sql).digest))).toEqual([]);
          });

        if (schema)
          it('knows its own statements by their digest texts', async () => {
            const { statements } = await harness().run('statements');
            const texts = await harness().texts((statements?.counters ?? []).map(({ digest }) => digest));
            const own = texts.filter(({ text }) =>
              /PROCESSLIST_TIME|INNODB_TRX|SUM_TIMER_WAIT|Innodb_/i.test(text ?? ''),
            );
            expect(own.length).toBeGreaterThan(1);
            for (const { text, source } of own) expect(source, text ?? '').toBe('monitor');
          });

        it('refuses a wrong password in words that name the remedy', async () => {
          await expect(logIn('mysql', server().url('', 'dbvitals', 'wrong'))).rejects.toMatchObject({
            code: 'AUTHENTICATION_FAILED',
            remedy: expect.stringContaining('password'),
          });
        });

        it('takes users and databases with dots, spaces and letters of all scripts as they are', async () => {
          const root = await server().connect();
          const user = 'o.brien & søn 名';
          await root.query(
            `CREATE USER \`${user}\`@'%' IDENTIFIED BY 'ñ p@ss'; CREATE DATABASE \`größe.x y\``,
          );
          await root.query(`GRANT SELECT ON \`größe.x y\`.* TO \`${user}\`@'%'`);
          const client = await server().connect('größe.x y', user, 'ñ p@ss');
          const session = await harness().session(String(client.threadId), () => true);
          expect(session).toMatchObject({ user, database: 'größe.x y' });
          client.destroy();
          await using login = await logIn('mysql', server().url('größe.x y', user, 'ñ p@ss'));
          expect(login.facts.engine).toBe('mysql');
          await root.end();
        });

        it('reads a statement of bytes that are no UTF-8', async () => {
          const { host, port } = server();
          const client = await createConnection({ host, port, user: 'root', charset: 'latin1' });
          client.query("SELECT SLEEP(30), '\xff\xfe\xe9' AS broken").catch(() => {});
          const session = await harness().session(String(client.threadId), ({ state }) => state === 'active');
          const [text] = await harness().texts([session.digest ?? '']);
          expect(text?.text).toMatch(/broken/i);
          client.destroy();
        });

        it('reads the limits of accounts where it may', async () => {
          const root = await server().connect();
          await root.query(
            "CREATE USER few@'%' WITH MAX_USER_CONNECTIONS 3 MAX_QUERIES_PER_HOUR 100; CREATE USER few@'10.%' WITH MAX_USER_CONNECTIONS 2 MAX_QUERIES_PER_HOUR 70 MAX_UPDATES_PER_HOUR 5; CREATE USER slow@'%' WITH MAX_CONNECTIONS_PER_HOUR 9",
          );
          // MariaDB cannot set a limit for all while it runs with none.
          if (!mariadb) await root.query('SET GLOBAL max_user_connections = 40');
          await root.query(
            "GRANT SELECT (User, max_user_connections, max_connections, max_questions, max_updates) ON mysql.user TO dbvitals@'%'",
          );
          await using login = await logIn('mysql', server().url('', 'dbvitals', 'watching'));
          const none = { connectionsPerHour: null, queriesPerHour: null, updatesPerHour: null };
          // An account without a limit of its own has that of all; of several accounts the most counts.
          const all = mariadb ? null : 40;
          expect(login.facts.userLimits).toEqual({
            ...(mariadb ? {} : { '*': { connections: 40, ...none } }),
            few: { connections: 3, ...none, queriesPerHour: 100 },
            slow: { connections: all, ...none, connectionsPerHour: 9 },
          });
          expect(login.facts.readOnly.proven).toBe(true);
          if (!mariadb) await root.query('SET GLOBAL max_user_connections = 0');
          await root.end();
        });

        it('is not held up by locks on system tables, nor by statements that queue behind one', async () => {
          const [holder, waiter] = [await server().connect('mysql'), await server().connect('shop')];
          await holder.query(`LOCK TABLES ${mariadb ? 'global_priv' : 'user'} WRITE`);
          waiter.query("CREATE USER held_up@'%'").catch(() => {});
          await harness().session(String(waiter.threadId), ({ waitClass }) => waitClass === 'lockObject');
          const startedMs = Date.now();
          await using login = await logIn('mysql', server().url('', 'dbvitals', 'watching'));
          const again = new Harness(harness().engine, login);
          for (const { name } of again.engine.probes) if (again.offers(name)) await again.run(name);
          expect(Date.now() - startedMs).toBeLessThan(5_000);
          const limits = login.facts.capabilities.find(
            ({ capability }) => capability === 'connections.userLimits',
          );
          expect(limits?.available).toBe(false);
          holder.destroy();
          waiter.destroy();
        });
      },
    );
  });
}

function contractOf(server: PrivateMysql, schema: boolean): Contract {
  const users = {
    monitor: ['dbvitals', 'watching'],
    admin: ['root', ''],
    poor: ['poor', 'nothing'],
  } as const;
  return {
    engine: 'mysql',
    url: (login) => server.url('', ...users[login]),
    peer: async () => peerOf(await server.connect('shop')),
    serverPid: () => server.pid,
    facts: () => ({ maxConnections: 151, reservedConnections: 0, dataDirectory: server.dataDirectory }),
    own: { user: 'dbvitals', application: schema ? 'dbvitals' : null },
    background: schema ? BACKGROUND[server.version] : [],
    slow: (literal) => `SELECT SLEEP(30), '${literal}' AS found`,
    counted: schema
      ? { sql: (n) => `SELECT 'a secret literal ${n}' AS word, 4242${n} AS sum`, text: /word.*sum/i }
      : null,
    write: 'CREATE TABLE shop.forbidden (i INT)',
    writeRefusal: /READ.ONLY/i,
    poorLacks: ['sessions.details', 'counters.innodb', 'replication.role'],
    blocking: {
      holder: [
        'CREATE TABLE IF NOT EXISTS stock (id INT PRIMARY KEY, n INT) ENGINE=InnoDB',
        'REPLACE INTO stock VALUES (1, 1)',
        'START TRANSACTION',
        'UPDATE stock SET n = n + 1 WHERE id = 1',
      ],
      waiter: 'UPDATE stock SET n = n + 2 WHERE id = 1',
    },
    openTransaction: ['START TRANSACTION WITH CONSISTENT SNAPSHOT'],
  };
}

function peerOf(client: Client): Peer {
  return {
    id: String(client.threadId),
    query: (sql) => client.query(sql),
    destroy: () => client.destroy(),
  };
}

connectingFailsClearly('mysql', 'mysql');
