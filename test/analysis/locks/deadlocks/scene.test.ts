import { expect, it } from 'vitest';
import { sceneOf } from '../../../../src/analysis/locks/deadlocks/scene.js';
import { StatementClasses } from '../../../../src/analysis/locks/deadlocks/statement-classes.js';
import { Transactions } from '../../../../src/analysis/locks/deadlocks/transactions.js';
import { XidClock } from '../../../../src/analysis/locks/deadlocks/xid-clock.js';
import type { LockReading, LockRow } from '../../../../src/core/locks.js';
import { edge, reading, session } from './readings.js';

const held = (sessionId: string, relation: string, mode: string): LockRow => ({
  sessionId,
  resource: { key: `table:${relation}`, kind: 'table', database: 'shop', relation, index: null, row: null },
  mode,
  granted: true,
  fastPath: true,
  waitStartedAtMs: null,
});
/** A child was added, which shares its parent; now both want more, by one statement: the waits name no relation. */
const both = (...ids: readonly string[]) =>
  ids.flatMap((id) => [held(id, 'child', 'RowExclusiveLock'), held(id, 'parent', 'RowShareLock')]);
const unnamed = (waiter: string, holder: string) =>
  edge(waiter, holder, 0, {
    resource: { ...edge(waiter, holder, 0).resource, relation: null },
  });

function namesOf(statements: StatementClasses, locks: readonly LockRow[], digest = 'ask for more'): string[] {
  const seen = reading(100, [unnamed('A', 'B'), unnamed('B', 'A')]);
  const whole: LockReading = {
    ...seen,
    locks,
    sessions: [session('A', { digest }), session('B', { digest })],
  };
  const knowledge = { transactions: new Transactions(), statements, xids: new XidClock(), pasts: null };
  return sceneOf(whole, 0, knowledge).waits.map(({ name }) => name);
}

it('a wait that names no relation is for the one that both write to', () => {
  const locks = ['A', 'B'].map((id) => held(id, 'child', 'RowExclusiveLock'));
  expect(namesOf(new StatementClasses(), locks)).toEqual(['child', 'child']);
});

it('is for none of them where it could be one that both write to or one whose rows both share', () => {
  expect(namesOf(new StatementClasses(), both('A', 'B'))).toEqual([]);
});

it('is for the one of them that the statement is known to lock', () => {
  const statements = new StatementClasses();
  statements.recall({ votes: new Map([['ask for more', new Map([['parent', 3]])]]) });
  expect(namesOf(statements, both('A', 'B'))).toEqual(['parent', 'parent']);
  statements.recall({ votes: new Map([['add', new Map([['child', 3]])]]) });
  expect(namesOf(statements, both('A', 'B'), 'add')).toEqual(['child', 'child']);
});
