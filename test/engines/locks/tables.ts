import type { Scenario } from './scenario.js';
import { IN_WORKERS } from './schema.js';

/** Table locks, queues for them, and what else the lock manager guards. */
export const TABLES: readonly Scenario[] = [
  {
    name: 'DDL behind a long reader, and readers behind the DDL',
    steps: [
      'A: BEGIN; SELECT FROM item',
      'B~ BEGIN; ALTER TABLE item ADD COLUMN x int',
      'C~ SELECT FROM item',
      'D~ SELECT FROM item',
    ],
    edges: ['B>A table', 'C=>B table', 'D=>B table'],
    roots: ['A'],
  },
  {
    name: 'two DDLs and a writer: the writer stands behind the last one',
    steps: [
      'A: BEGIN; SELECT FROM item',
      'B~ BEGIN; TRUNCATE item',
      'C~ BEGIN; TRUNCATE item',
      'D~ BEGIN; INSERT INTO item VALUES (200, 0)',
    ],
    edges: ['B>A table', 'C>A table', 'D=>C table'],
    roots: ['A'],
  },
  {
    name: 'several holders of one table',
    steps: ['A: BEGIN; SELECT FROM item', 'B: BEGIN; SELECT FROM item', 'C~ BEGIN; DROP TABLE item'],
    edges: ['C>A table', 'C>B table'],
    roots: ['A', 'B'],
  },
  {
    name: 'a waiter in front waits for one whom the next does not: a soft edge beside the hard one',
    steps: [
      'A: BEGIN; LOCK TABLE item IN ROW EXCLUSIVE MODE',
      'B: BEGIN; LOCK TABLE item IN ACCESS SHARE MODE',
      'C~ BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE',
      'D~ BEGIN; LOCK TABLE item IN SHARE MODE',
    ],
    edges: ['C>A table', 'C>B table', 'D>A table', 'D=>C table'],
    roots: ['A', 'B'],
  },
  {
    name: 'readers that queue behind DDL keep the next DDL waiting',
    steps: [
      'A: BEGIN; SELECT FROM item',
      'B~ BEGIN; TRUNCATE item',
      'C~ SELECT FROM item',
      'D~ SELECT FROM item',
      'E~ BEGIN; TRUNCATE item',
    ],
    edges: ['B>A table', 'C=>B table', 'D=>B table', 'E=>C table', 'E=>D table', 'E>A table'],
    roots: ['A'],
  },
  {
    name: 'a holder that asks for more goes in front of who waits for it',
    steps: [
      'A: BEGIN; LOCK TABLE item IN SHARE MODE',
      'B: BEGIN; SELECT FROM item',
      'C~ BEGIN; TRUNCATE item',
      'B~ BEGIN; INSERT INTO item VALUES (200, 0)',
    ],
    edges: ['B>A table', 'C>A table', 'C>B table'],
    roots: ['A'],
  },
  {
    name: 'a holder that asks for what nobody holds against it does not wait at all',
    steps: ['A: BEGIN; SELECT FROM item', 'B~ BEGIN; TRUNCATE item', 'A: INSERT INTO item VALUES (200, 0)'],
    edges: ['B>A table'],
    roots: ['A'],
  },
  {
    name: 'VACUUM waits for another maintenance',
    steps: ['A: BEGIN; LOCK TABLE item IN SHARE UPDATE EXCLUSIVE MODE', 'B~ VACUUM item'],
    edges: ['B>A table'],
    roots: ['A'],
  },
  {
    name: 'ANALYZE behind DDL',
    steps: ['A: BEGIN; ALTER TABLE item ADD COLUMN x int', 'B~ ANALYZE item', 'C~ SELECT FROM item'],
    edges: ['B>A table', 'C>A table'],
    roots: ['A'],
  },
  {
    name: 'autovacuum holds up a lock',
    steps: ['A~ BEGIN; LOCK TABLE dusty IN SHARE UPDATE EXCLUSIVE MODE'],
    edges: ['A>autovacuum table'],
    roots: ['autovacuum'],
    waitForBackend: 'autovacuum',
    cleanup: [
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'`,
      'ALTER TABLE dusty SET (autovacuum_enabled = false)',
    ],
  },
  {
    name: 'CREATE INDEX CONCURRENTLY waits for a writer',
    steps: ['A: BEGIN; UPDATE item SET n = 5 WHERE id = 1', 'B~ CREATE INDEX CONCURRENTLY late ON item (n)'],
    edges: ['B>A transaction'],
    roots: ['A'],
    cleanup: ['DROP INDEX IF EXISTS late'],
  },
  {
    name: 'CREATE INDEX CONCURRENTLY waits for an old snapshot',
    steps: [
      'A: BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM other',
      'B~ CREATE INDEX CONCURRENTLY late ON item (n)',
    ],
    edges: ['B>A transaction'],
    roots: ['A'],
    cleanup: ['DROP INDEX IF EXISTS late'],
  },
  {
    name: 'CREATE INDEX keeps writers waiting, not readers',
    steps: [
      'A: BEGIN; CREATE INDEX early ON item (n)',
      'B: SELECT FROM item',
      'C~ BEGIN; INSERT INTO item VALUES (200, 0)',
    ],
    edges: ['C>A table'],
    roots: ['A'],
  },
  {
    name: 'REFRESH of a materialized view',
    steps: [
      'A: BEGIN; SELECT FROM summary',
      'B~ BEGIN; REFRESH MATERIALIZED VIEW summary',
      'C~ SELECT FROM summary',
    ],
    edges: ['B>A table', 'C=>B table'],
    roots: ['A'],
  },
  {
    name: 'a partition stops its parent',
    steps: ['A: BEGIN; SELECT FROM parts_1', 'B~ BEGIN; TRUNCATE parts'],
    edges: ['B>A table'],
    roots: ['A'],
  },
  {
    name: 'a foreign key is added while the parent is written',
    steps: [
      `A: BEGIN; UPDATE parent SET note = 'x' WHERE id = 1`,
      'B~ BEGIN; ALTER TABLE other ADD CONSTRAINT late FOREIGN KEY (id) REFERENCES parent',
    ],
    edges: ['B>A table'],
    roots: ['A'],
  },
  {
    name: 'workers of one query wait: it is their leader that does',
    steps: [
      'A: BEGIN; LOCK TABLE other',
      `B: ${IN_WORKERS}`,
      'B~ SELECT count(*) FROM big WHERE reads_other(id)',
    ],
    edges: ['B>A table'],
    roots: ['A'],
  },
  {
    name: 'a query with workers holds up DDL once, not once a process',
    steps: [
      `A: ${IN_WORKERS}`,
      'A> SELECT count(*) FROM big WHERE slowly(id)',
      'B~ BEGIN; TRUNCATE big',
      'C~ SELECT FROM big LIMIT 1',
    ],
    edges: ['B>A table', 'C=>B table'],
    roots: ['A'],
  },
  {
    name: 'advisory locks of sessions',
    steps: [
      'A: SELECT pg_advisory_lock(7)',
      'B~ SELECT pg_advisory_lock(7)',
      'C~ SELECT pg_advisory_lock(7)',
    ],
    edges: ['B>A advisory', 'C>A advisory'],
    roots: ['A'],
  },
  {
    name: 'advisory locks of transactions, by two keys',
    steps: ['A: BEGIN; SELECT pg_advisory_xact_lock(1, 2)', 'B~ SELECT pg_advisory_xact_lock(1, 2)'],
    edges: ['B>A advisory'],
    roots: ['A'],
  },
  {
    name: 'shared advisory locks behind an exclusive waiter',
    steps: [
      'A: SELECT pg_advisory_lock_shared(7)',
      'B: SELECT pg_advisory_lock_shared(7)',
      'C~ SELECT pg_advisory_lock(7)',
      'D~ SELECT pg_advisory_lock_shared(7)',
    ],
    edges: ['C>A advisory', 'C>B advisory', 'D=>C advisory'],
    roots: ['A', 'B'],
  },
  {
    name: 'another advisory key is another lock',
    steps: [
      'A: SELECT pg_advisory_lock(7)',
      'B: SELECT pg_advisory_lock(8)',
      'B: SELECT pg_try_advisory_lock(7)',
    ],
    edges: [],
    roots: [],
  },
  {
    name: 'row, table and advisory locks in one chain',
    steps: [
      'A: BEGIN; UPDATE item SET n = 9 WHERE id = 1',
      'B: BEGIN; LOCK TABLE other',
      'C: SELECT pg_advisory_lock(7)',
      'B~ UPDATE item SET n = 9 WHERE id = 1',
      'C~ SELECT FROM other',
      'D~ SELECT pg_advisory_lock(7)',
    ],
    edges: ['B>A row', 'C>B table', 'D>C advisory'],
    roots: ['A'],
  },
  {
    name: 'a schema object being dropped',
    steps: ['A: BEGIN; DROP FUNCTION slowly(int)', 'B~ BEGIN; DROP FUNCTION slowly(int)'],
    edges: ['B>A object'],
    roots: ['A'],
  },
  {
    name: 'lock_timeout ends a wait',
    steps: ['A: BEGIN; LOCK TABLE other', `B: SET lock_timeout = '20ms'`, 'B! SELECT FROM other'],
    edges: [],
    roots: [],
  },
];
