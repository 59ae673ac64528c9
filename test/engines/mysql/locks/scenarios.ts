/**
 * A step is who, how and what: `A UPDATE …` is done when it returns; `B? …` must wait, and
 * `B~ …` too, where no counter tells it; `C! …` must come back, if only
 * with an error; `D& …` goes on for long without waiting for a lock; `E#` closes the connection.
 */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly string[];
  /** Who blocks and waits for nobody. Empty where nobody waits, or in a cycle. */
  readonly roots: string;
  /** Who waits for whom, both kinds of edges, where more is to be checked than the roots. */
  readonly edges?: string;
  readonly only?: 'mysql' | 'mariadb' | 'schema';
}

/** Tables by name: made anew for each scenario that mentions them. */
export const TABLES: Readonly<Record<string, string>> = {
  t: `CREATE TABLE t (id INT PRIMARY KEY, v INT, k INT, KEY (k)) ENGINE=InnoDB;
    INSERT INTO t VALUES (10, 0, 10), (20, 0, 20), (30, 0, 30), (40, 0, 40), (50, 0, 50)`,
  u: "CREATE TABLE u (id INT PRIMARY KEY, code VARCHAR(9) UNIQUE, v INT) ENGINE=InnoDB; INSERT INTO u VALUES (1, 'a', 0), (2, 'b', 0)",
  parent:
    'CREATE TABLE parent (id INT PRIMARY KEY, v INT) ENGINE=InnoDB; INSERT INTO parent VALUES (1, 0), (2, 0)',
  child: `CREATE TABLE child (id INT PRIMARY KEY, parent_id INT, FOREIGN KEY (parent_id) REFERENCES parent (id)) ENGINE=InnoDB;
    INSERT INTO child VALUES (1, 1)`,
  serial: 'CREATE TABLE serial (id INT AUTO_INCREMENT PRIMARY KEY, v INT) ENGINE=InnoDB',
  parted: `CREATE TABLE parted (id INT PRIMARY KEY, v INT) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 4;
    INSERT INTO parted VALUES (1, 0), (2, 0)`,
  heap: 'CREATE TABLE heap (id INT PRIMARY KEY, v INT) ENGINE=MyISAM; INSERT INTO heap VALUES (1, 0), (2, 0)',
};

const set = (id: number) => `UPDATE t SET v = v + 1 WHERE id = ${id}`;
const share = (id: number) => `SELECT * FROM t WHERE id = ${id} LOCK IN SHARE MODE`;
const lock = (id: number) => `SELECT * FROM t WHERE id = ${id} FOR UPDATE`;
const begin = (who: string, ...statements: string[]) => [
  `${who} BEGIN`,
  ...statements.map((sql) => `${who} ${sql}`),
];

const ROWS: readonly Scenario[] = [
  { name: 'one waits', steps: [...begin('A', set(10)), `B? ${set(10)}`], roots: 'A', edges: 'B>A' },
  {
    name: 'a chain of three',
    steps: [...begin('A', set(10)), ...begin('B', set(20)), `B? ${set(10)}`, `C? ${set(20)}`],
    roots: 'A',
    edges: 'B>A C>B',
  },
  {
    name: 'a chain of five',
    steps: [
      ...begin('A', set(10)),
      ...begin('B', set(20)),
      ...begin('C', set(30)),
      ...begin('D', set(40)),
      `B? ${set(10)}`,
      `C? ${set(20)}`,
      `D? ${set(30)}`,
      `E? ${set(40)}`,
    ],
    roots: 'A',
    edges: 'B>A C>B D>C E>D',
  },
  {
    name: 'a fan',
    steps: [...begin('A', set(10)), ...['B', 'C', 'D', 'E'].map((who) => `${who}? ${set(10)}`)],
    roots: 'A',
    edges: 'B>A C>A D>A E>A',
  },
  {
    name: 'two holders of one row',
    steps: [...begin('A', share(10)), ...begin('B', share(10)), `C? ${set(10)}`],
    roots: 'A B',
    edges: 'C>A C>B',
  },
  {
    name: 'two trees',
    steps: [...begin('A', set(10)), ...begin('C', set(20)), `B? ${set(10)}`, `D? ${set(20)}`],
    roots: 'A C',
    edges: 'B>A D>C',
  },
  {
    name: 'a tree of three levels',
    steps: [
      ...begin('A', set(10)),
      ...begin('B', set(20)),
      `B? ${set(10)}`,
      `C? ${set(10)}`,
      `D? ${set(20)}`,
      `E? ${set(20)}`,
    ],
    roots: 'A',
  },
  {
    name: 'a reader behind a writer behind a reader',
    steps: [...begin('A', share(10)), `B? ${set(10)}`, `C? ${share(10)}`],
    roots: 'A',
    edges: 'B>A C>B',
  },
  {
    name: 'two readers, one of whom wants to write',
    steps: [...begin('A', share(10)), ...begin('B', share(10)), `A? ${set(10)}`, `C? ${share(10)}`],
    roots: 'B',
  },
  { name: 'autocommit off', steps: ['A SET autocommit = 0', `A ${set(10)}`, `B? ${set(10)}`], roots: 'A' },
  {
    name: 'a holder at work',
    steps: ['A& UPDATE t SET v = SLEEP(20) WHERE id = 10', `B? ${set(10)}`],
    roots: 'A',
  },
  {
    name: 'a deleted row',
    steps: [...begin('A', 'DELETE FROM t WHERE id = 20'), `B? ${lock(20)}`],
    roots: 'A',
  },
  {
    name: 'a scan that locks all it reads',
    steps: [...begin('A', 'UPDATE t SET v = 1 WHERE v = 999'), `B? ${set(40)}`],
    roots: 'A',
  },
  {
    name: 'read committed',
    steps: [
      'A SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
      ...begin('A', 'UPDATE t SET v = 1 WHERE k = 30'),
      `B? ${set(30)}`,
    ],
    roots: 'A',
  },
  {
    name: 'through another index',
    steps: [...begin('A', 'SELECT * FROM t WHERE k = 20 FOR UPDATE'), `B? ${set(20)}`],
    roots: 'A',
  },
  {
    name: 'a lock outlives its savepoint',
    steps: [...begin('A', set(20), 'SAVEPOINT s', set(10), 'ROLLBACK TO SAVEPOINT s'), `B? ${set(10)}`],
    roots: 'A',
  },
  {
    name: 'a pooled connection that worked before',
    steps: [
      ...begin('A', set(10), 'COMMIT'),
      ...begin('C', set(10)),
      ...begin('A', 'SELECT 1'),
      `B? ${set(10)}`,
    ],
    roots: 'C',
  },
  {
    name: 'a row of a partition',
    steps: [...begin('A', 'UPDATE parted SET v = 1 WHERE id = 1'), 'B? UPDATE parted SET v = 2 WHERE id = 1'],
    roots: 'A',
  },
  {
    name: 'SKIP LOCKED waits for nobody',
    steps: [...begin('A', set(10)), `B! ${lock(10)} SKIP LOCKED`],
    roots: '',
  },
  { name: 'NOWAIT waits for nobody', steps: [...begin('A', set(10)), `B! ${lock(10)} NOWAIT`], roots: '' },
  { name: 'a plain read waits for nobody', steps: [...begin('A', set(10)), 'B! SELECT * FROM t'], roots: '' },
];

const GAPS: readonly Scenario[] = [
  {
    name: 'an insert into a locked range',
    steps: [
      ...begin('A', 'SELECT * FROM t WHERE id BETWEEN 12 AND 18 FOR UPDATE'),
      'B? INSERT INTO t VALUES (15, 0, 15)',
    ],
    roots: 'A',
  },
  {
    name: 'an insert behind the last row',
    steps: [...begin('A', 'SELECT * FROM t WHERE id > 60 FOR UPDATE'), 'B? INSERT INTO t VALUES (70, 0, 70)'],
    roots: 'A',
  },
  {
    name: 'a gap of a secondary index',
    steps: [...begin('A', 'SELECT * FROM t WHERE k = 25 FOR UPDATE'), 'B? INSERT INTO t VALUES (99, 0, 26)'],
    roots: 'A',
  },
  {
    name: 'a next-key lock',
    steps: [...begin('A', 'UPDATE t SET v = 1 WHERE k = 20'), 'B? INSERT INTO t VALUES (98, 0, 15)'],
    roots: 'A',
  },
  {
    name: 'two holders of one gap',
    steps: [
      ...begin('A', 'SELECT * FROM t WHERE id = 15 FOR UPDATE'),
      ...begin('B', 'SELECT * FROM t WHERE id = 16 FOR UPDATE'),
      'C? INSERT INTO t VALUES (17, 0, 17)',
    ],
    roots: 'A B',
    edges: 'C>A C>B',
  },
  {
    name: 'inserts into one gap do not wait for each other',
    steps: [
      ...begin('A', 'SELECT * FROM t WHERE id BETWEEN 12 AND 18 FOR UPDATE'),
      'B? INSERT INTO t VALUES (13, 0, 13)',
      'C? INSERT INTO t VALUES (14, 0, 14)',
    ],
    roots: 'A',
    edges: 'B>A C>A',
  },
  {
    name: 'a duplicate of an uncommitted unique key',
    steps: [...begin('A', "INSERT INTO u VALUES (9, 'x', 0)"), "B? INSERT INTO u VALUES (8, 'x', 0)"],
    roots: 'A',
    edges: 'B>A',
  },
  {
    name: 'several duplicates share',
    steps: [
      ...begin('A', "INSERT INTO u VALUES (9, 'x', 0)"),
      "B? INSERT INTO u VALUES (8, 'x', 0)",
      "C? INSERT INTO u VALUES (7, 'x', 0)",
    ],
    roots: 'A',
    edges: 'B>A C>A',
  },
  {
    name: 'a duplicate primary key',
    steps: [...begin('A', 'INSERT INTO t VALUES (99, 0, 99)'), 'B? INSERT INTO t VALUES (99, 1, 1)'],
    roots: 'A',
  },
  {
    name: 'a lock that the waiter made explicit',
    steps: [...begin('A', 'INSERT INTO t VALUES (60, 0, 60)'), `B? ${lock(60)}`, `C? ${lock(60)}`],
    roots: 'A',
  },
  {
    name: 'a child waits for its parent',
    steps: [...begin('A', 'UPDATE parent SET v = 1 WHERE id = 1'), 'B? INSERT INTO child VALUES (2, 1)'],
    roots: 'A',
  },
  {
    name: 'a parent waits for its child',
    steps: [...begin('A', 'INSERT INTO child VALUES (2, 2)'), 'B? UPDATE parent SET v = 1 WHERE id = 2'],
    roots: 'A',
  },
  {
    name: 'a parent is deleted under its child',
    steps: [...begin('A', 'INSERT INTO child VALUES (2, 2)'), 'B? DELETE FROM parent WHERE id = 2'],
    roots: 'A',
  },
  {
    name: 'numbers of one INSERT … SELECT after another',
    steps: [
      'A& INSERT INTO serial (v) SELECT IF(id = 10, 0, SLEEP(20)) FROM t',
      'B~ INSERT INTO serial (v) SELECT v FROM t',
    ],
    roots: 'A',
  },
];

const METADATA: readonly Scenario[] = [
  {
    name: 'an ALTER behind a transaction that read',
    steps: [...begin('A', 'SELECT * FROM t'), 'B? ALTER TABLE t ADD COLUMN z INT'],
    roots: 'A',
    edges: 'B>A',
  },
  {
    name: 'all who come after the ALTER',
    steps: [
      ...begin('A', 'SELECT * FROM t'),
      'B? ALTER TABLE t ADD COLUMN z INT',
      'C? SELECT COUNT(*) FROM t',
      `D? ${set(10)}`,
      'E? SELECT MAX(v) FROM t',
    ],
    roots: 'A',
  },
  { name: 'a DROP', steps: [...begin('A', 'SELECT * FROM t'), 'B? DROP TABLE t'], roots: 'A' },
  { name: 'a TRUNCATE', steps: [...begin('A', set(10)), 'B? TRUNCATE TABLE t'], roots: 'A' },
  { name: 'a RENAME', steps: [...begin('A', set(10)), 'B? RENAME TABLE t TO t2'], roots: 'A' },
  { name: 'an index', steps: [...begin('A', set(10)), 'B? CREATE INDEX more ON t (v)'], roots: 'A' },
  {
    name: 'two ALTERs',
    steps: [
      ...begin('A', 'SELECT * FROM t'),
      'B? ALTER TABLE t ADD COLUMN z INT',
      'C? ALTER TABLE t ADD COLUMN y INT',
    ],
    roots: 'A',
  },
  {
    name: 'two readers in front of an ALTER',
    steps: [
      ...begin('A', 'SELECT * FROM t'),
      ...begin('B', 'SELECT * FROM t'),
      'C? ALTER TABLE t ADD COLUMN z INT',
    ],
    roots: 'A B',
  },
  {
    name: 'LOCK TABLES … WRITE',
    steps: ['A LOCK TABLES t WRITE', 'B? SELECT * FROM t'],
    roots: 'A',
    edges: 'B>A',
  },
  { name: 'LOCK TABLES … READ', steps: ['A LOCK TABLES t READ', `B? ${set(10)}`], roots: 'A', edges: 'B>A' },
  {
    name: 'LOCK TABLES behind a transaction',
    steps: [...begin('A', set(10)), 'B? LOCK TABLES t WRITE', 'C? SELECT * FROM t'],
    roots: 'A',
  },
  {
    name: 'FLUSH TABLES WITH READ LOCK stops writers',
    steps: ['A FLUSH TABLES WITH READ LOCK', `B? ${set(10)}`],
    roots: 'A',
    edges: 'B>A',
  },
  {
    name: 'FLUSH TABLES WITH READ LOCK stops a commit',
    steps: [...begin('B', set(10)), 'A FLUSH TABLES WITH READ LOCK', 'B? COMMIT'],
    roots: 'A',
  },
  {
    name: 'FLUSH TABLES WITH READ LOCK behind a statement behind a row',
    steps: [...begin('A', set(10)), `B? ${set(10)}`, 'C? FLUSH TABLES WITH READ LOCK'],
    roots: 'A',
  },
  { name: 'a database', steps: [...begin('A', 'SELECT * FROM t'), 'B? DROP DATABASE shop'], roots: 'A' },
  {
    name: 'a row and a table in one graph',
    steps: [...begin('A', set(10)), `B? ${set(10)}`, 'C? ALTER TABLE t ADD COLUMN z INT', `D? ${set(20)}`],
    roots: 'A',
  },
  {
    name: 'GET_LOCK',
    steps: ["A SELECT GET_LOCK('a', 1)", "B? SELECT GET_LOCK('a', 60)"],
    roots: 'A',
    edges: 'B>A',
  },
  {
    name: 'a chain of GET_LOCK',
    steps: [
      "A SELECT GET_LOCK('a', 1)",
      "B SELECT GET_LOCK('b', 1)",
      "B? SELECT GET_LOCK('a', 60)",
      "C? SELECT GET_LOCK('b', 60)",
    ],
    roots: 'A',
  },
  {
    name: 'GET_LOCK behind a row',
    steps: [
      ...begin('A', set(10)),
      "B SELECT GET_LOCK('a', 1)",
      `B? ${set(10)}`,
      "C? SELECT GET_LOCK('a', 60)",
    ],
    roots: 'A',
    edges: 'B>A C>B',
  },
  {
    name: 'a cycle of a row and GET_LOCK, which neither InnoDB nor the server sees',
    steps: [
      "A SELECT GET_LOCK('a', 1)",
      ...begin('B', set(10)),
      `A? ${set(10)}`,
      "B? SELECT GET_LOCK('a', 60)",
    ],
    roots: '',
    edges: 'A>B B>A',
  },
  {
    name: 'a cycle through the queue of an ALTER',
    steps: [
      ...begin('A', 'SELECT * FROM t'),
      ...begin('B', 'UPDATE u SET v = 1 WHERE id = 1'),
      'C? ALTER TABLE t ADD COLUMN z INT',
      'A? UPDATE u SET v = 2 WHERE id = 1',
      'B? SELECT COUNT(*) FROM t',
    ],
    roots: '',
    edges: 'A>B B>C C>A',
  },
];

const FLAVOURS: readonly Scenario[] = [
  {
    name: 'a prepared transaction that nobody owns',
    steps: ["A XA START 'x'", `A ${set(10)}`, "A XA END 'x'", "A XA PREPARE 'x'", 'A#', `B? ${set(10)}`],
    roots: 'prepared',
  },
  {
    name: 'FLUSH TABLES behind a reader, and who comes after',
    steps: ['A& SELECT SLEEP(20) FROM t LIMIT 1', 'B? FLUSH TABLES t', 'C? SELECT COUNT(*) FROM t'],
    roots: 'A',
    only: 'mysql',
  },
  {
    name: 'a table without row locks',
    steps: ['A& SELECT COUNT(*) FROM heap WHERE v <> SLEEP(20)', 'B? UPDATE heap SET v = 1'],
    roots: 'A',
    only: 'mysql',
  },
  {
    name: 'LOCK INSTANCE FOR BACKUP',
    steps: ['A LOCK INSTANCE FOR BACKUP', 'B? ALTER TABLE t ADD COLUMN z INT'],
    roots: 'A',
    only: 'mysql',
  },
  {
    name: 'BACKUP STAGE BLOCK_COMMIT',
    steps: [...begin('B', set(10)), 'A BACKUP STAGE START', 'A BACKUP STAGE BLOCK_COMMIT', 'B? COMMIT'],
    roots: 'A',
    only: 'mariadb',
  },
  {
    name: 'BACKUP STAGE BLOCK_DDL',
    steps: ['A BACKUP STAGE START', 'A BACKUP STAGE BLOCK_DDL', 'B? ALTER TABLE t ADD COLUMN z INT'],
    roots: 'A',
    only: 'mariadb',
  },
];

export const SCENARIOS: readonly Scenario[] = [...ROWS, ...GAPS, ...METADATA, ...FLAVOURS];
