import type { Scenario } from './scenario.js';

const set = (id: number) => `UPDATE item SET n = n + 1 WHERE id = ${id}`;

/** Row locks: seen as waits for a transaction, with the row where the waiter names it. */
export const ROWS: readonly Scenario[] = [
  {
    name: 'one waits for an idle holder',
    steps: [`A: BEGIN; ${set(1)}`, `B~ ${set(1)}`],
    edges: ['B>A row'],
    roots: ['A'],
  },
  {
    name: 'a chain of three rows',
    steps: [
      `A: BEGIN; ${set(1)}`,
      `B: BEGIN; ${set(2)}`,
      `C: BEGIN; ${set(3)}`,
      `B~ ${set(1)}`,
      `C~ ${set(2)}`,
      `D~ ${set(3)}`,
    ],
    edges: ['B>A row', 'C>B row', 'D>C row'],
    roots: ['A'],
  },
  {
    name: 'a queue for one row has one edge a waiter',
    steps: [`A: BEGIN; ${set(1)}`, `B~ ${set(1)}`, `C~ ${set(1)}`, `D~ ${set(1)}`, `E~ ${set(1)}`],
    edges: ['B>A row', 'C>B row', 'D>B row', 'E>B row'],
    roots: ['A'],
  },
  {
    name: 'a fan: one holds many rows',
    steps: [`A: BEGIN; UPDATE item SET n = 1 WHERE id < 5`, `B~ ${set(1)}`, `C~ ${set(2)}`, `D~ ${set(3)}`],
    edges: ['B>A row', 'C>A row', 'D>A row'],
    roots: ['A'],
  },
  {
    name: 'two roots apart',
    steps: [`A: BEGIN; ${set(1)}`, `B: BEGIN; ${set(2)}`, `C~ ${set(1)}`, `D~ ${set(2)}`],
    edges: ['C>A row', 'D>B row'],
    roots: ['A', 'B'],
  },
  {
    name: 'a shared row has several holders: the first is waited for first',
    steps: [
      'A: BEGIN; SELECT FROM item WHERE id = 1 FOR SHARE',
      'B: BEGIN; SELECT FROM item WHERE id = 1 FOR SHARE',
      `C~ ${set(1)}`,
    ],
    edges: ['C>A row'],
    roots: ['A'],
  },
  {
    name: 'a reader for share waits for a writer',
    steps: [`A: BEGIN; ${set(1)}`, 'B~ SELECT FROM item WHERE id = 1 FOR SHARE'],
    edges: ['B>A row'],
    roots: ['A'],
  },
  {
    name: 'a row taken below a savepoint',
    steps: [`A: BEGIN; SAVEPOINT s; ${set(1)}`, `B~ ${set(1)}`],
    edges: ['B>A row'],
    roots: ['A'],
  },
  {
    name: 'a row taken below a released savepoint',
    steps: [`A: BEGIN; SAVEPOINT s; ${set(1)}; RELEASE s; ${set(2)}`, `B~ ${set(1)}`],
    edges: ['B>A row'],
    roots: ['A'],
  },
  {
    name: 'a row given back by ROLLBACK TO is free',
    steps: [`A: BEGIN; ${set(2)}; SAVEPOINT s; ${set(1)}; ROLLBACK TO s`, `B: ${set(1)}`],
    edges: [],
    roots: [],
  },
  {
    name: 'a second writer in a failed transaction holds nothing',
    steps: [`A: BEGIN; ${set(1)}`, 'A! SELECT 1/0', `B: ${set(1)}`],
    edges: [],
    roots: [],
  },
  {
    name: 'NOWAIT fails at once',
    steps: [`A: BEGIN; ${set(1)}`, 'B! SELECT FROM item WHERE id = 1 FOR UPDATE NOWAIT'],
    edges: [],
    roots: [],
  },
  {
    name: 'SKIP LOCKED waits for nobody',
    steps: [`A: BEGIN; ${set(1)}`, 'B: BEGIN; SELECT FROM item WHERE id < 3 FOR UPDATE SKIP LOCKED'],
    edges: [],
    roots: [],
  },
  {
    name: 'a child waits for a parent that is being deleted',
    steps: ['A: BEGIN; DELETE FROM parent WHERE id = 1', 'B~ BEGIN; INSERT INTO child VALUES (7, 1)'],
    edges: ['B>A row'],
    roots: ['A'],
  },
  {
    name: 'a parent that a new child refers to cannot be deleted yet',
    steps: ['A: BEGIN; INSERT INTO child VALUES (7, 1)', 'B~ BEGIN; DELETE FROM parent WHERE id = 1'],
    edges: ['B>A row'],
    roots: ['A'],
  },
  {
    name: 'a new child does not keep its parent from being changed',
    steps: ['A: BEGIN; INSERT INTO child VALUES (7, 1)', `B: UPDATE parent SET note = 'x' WHERE id = 1`],
    edges: [],
    roots: [],
  },
  {
    name: 'the same unique key twice: there is no row to name yet',
    steps: ['A: BEGIN; INSERT INTO item VALUES (100, 0)', 'B~ BEGIN; INSERT INTO item VALUES (100, 0)'],
    edges: ['B>A transaction'],
    roots: ['A'],
  },
  {
    name: 'ON CONFLICT waits as well',
    steps: [
      'A: BEGIN; INSERT INTO item VALUES (100, 0)',
      'B~ BEGIN; INSERT INTO item VALUES (100, 0) ON CONFLICT DO NOTHING',
    ],
    edges: ['B>A transaction'],
    roots: ['A'],
  },
  {
    name: 'an exclusion constraint',
    steps: [
      `A: BEGIN; INSERT INTO booking VALUES ('[1,5)')`,
      `B~ BEGIN; INSERT INTO booking VALUES ('[4,9)')`,
    ],
    edges: ['B>A transaction'],
    roots: ['A'],
  },
  {
    name: 'a prepared transaction that nobody ends',
    steps: [`A: BEGIN; ${set(1)}; PREPARE TRANSACTION 'left behind'`, `B~ ${set(1)}`],
    edges: ['B>prepared:left behind row'],
    roots: ['prepared:left behind'],
    cleanup: [`ROLLBACK PREPARED 'left behind'`],
  },
  {
    name: 'two prepared transactions are told apart',
    steps: [
      `A: BEGIN; ${set(1)}; PREPARE TRANSACTION 'one'`,
      `A: BEGIN; LOCK TABLE other IN SHARE MODE; PREPARE TRANSACTION 'two'`,
      `B~ ${set(1)}`,
      'C~ BEGIN; INSERT INTO other VALUES (1)',
    ],
    edges: ['B>prepared:one row', 'C>prepared:two table'],
    roots: ['prepared:one', 'prepared:two'],
    cleanup: [`ROLLBACK PREPARED 'one'`, `ROLLBACK PREPARED 'two'`],
  },
  {
    name: 'a closed cycle has no root',
    steps: [`A: BEGIN; ${set(1)}`, `B: BEGIN; ${set(2)}`, `A~ ${set(2)}`, `B~ ${set(1)}`, `C~ ${set(1)}`],
    edges: ['A>B row', 'B>A row', 'C>B row'],
    roots: [],
  },
];
