import { describe, expect, it } from 'vitest';
import { StatedLocks } from '../../../../src/analysis/locks/deadlocks/stated/locks.js';
import { StatementClasses } from '../../../../src/analysis/locks/deadlocks/statement-classes.js';
import type { NamedRow, TransactionStep } from '../../../../src/core/lock-analyst.js';
import { seeded } from './seeded.js';

type Locks = Pick<TransactionStep, 'digest' | 'row' | 'shares' | 'plainRead'>;

const rowOf = (relation: string, id: number, inserted = false): NamedRow => ({
  relation,
  columns: new Map([['id', id]]),
  key: `${relation}/${id}`,
  inserted,
});
const update = (relation: string, id: number): Locks => ({
  digest: `update ${relation}`,
  row: rowOf(relation, id),
  shares: [],
  plainRead: false,
});
const insert = (relation: string, id: number, shares: readonly NamedRow[] = []): Locks => ({
  digest: `insert ${relation}`,
  row: rowOf(relation, id, true),
  shares,
  plainRead: false,
});
const unknown = (digest: string): Locks => ({ digest, row: null, shares: [], plainRead: false });
const read: Locks = { digest: 'select', row: null, shares: [], plainRead: true };
const missing = (relation: string, id: number): Locks => ({
  digest: `select ${relation} for update`,
  row: null,
  shares: [rowOf(relation, id)],
  plainRead: true,
});

/** The probability told last of `classes`; 40 transactions a second, their sessions in turn. */
function told(
  draw: (random: () => number) => readonly Locks[],
  sessions = 8,
  follows = true,
  classes: readonly [string, string] = ['t', 't'],
) {
  const stated = new StatedLocks(new StatementClasses());
  const random = seeded(5);
  let last = 0;
  for (let number = 0; number < 400; ) {
    const history: TransactionStep[] = [];
    for (const until = number + 40; number < until; number += 1)
      for (const [step, locks] of draw(random).entries())
        history.push({
          sessionId: String(number % sessions),
          transaction: String(number),
          step: 100 * number + step,
          follows: step > 0 || (follows && number >= sessions),
          ...locks,
        });
    const patterns = stated.learn(history, ([a, b]) => a === classes[0] && b === classes[1]);
    last = patterns.at(-1)?.probability ?? last;
  }
  return last;
}

const keys = (random: () => number, from = 0, to = 200): [number, number] => {
  const a = from + Math.floor(random() * (to - from));
  const b = from + Math.floor(random() * (to - from));
  return a === b ? keys(random, from, to) : [a, b];
};
const sorted = ([a, b]: readonly [number, number]) => (a < b ? [a, b] : [b, a]) as [number, number];
const both = ([a, b]: readonly [number, number]) => [update('t', a), update('t', b)];

describe('orders of rows that statements name', () => {
  it('are none where keys come as they are drawn', () => {
    expect(told((random) => both(keys(random)))).toBeGreaterThan(0.95);
    expect(told((random) => [read, ...both(keys(random))])).toBeGreaterThan(0.95);
  });

  it('are agreed on where keys are sorted', () => {
    expect(told((random) => both(sorted(keys(random))))).toBeLessThan(0.1);
  });

  it('do not matter behind a gate, be it a row or a statement that may lock anything', () => {
    expect(told((random) => [update('gate', 9), ...both(keys(random))])).toBe(0);
    expect(told((random) => [unknown('get a lock'), ...both(keys(random))])).toBe(0);
  });

  it('do not matter among programs whose rows are apart', () => {
    const draw = (random: () => number) => {
      if (random() < 0.5) return both(sorted(keys(random, 0, 100)));
      const [a, b] = sorted(keys(random, 100, 200));
      return both([b, a]);
    };
    expect(told(draw)).toBe(0);
  });

  it('are agreed on where rows of one kind come before those of another, whatever their keys', () => {
    const draw = (random: () => number) => {
      const [hot, other] = keys(random);
      return both([10 * Math.floor(hot / 10), other % 10 === 0 ? other + 1 : other]);
    };
    expect(told(draw)).toBe(0);
  });

  it('do not matter to one session alone', () => {
    expect(told((random) => both(keys(random)), 1)).toBe(0);
  });

  it('of rows that are made say nothing until somebody has waited for one', () => {
    expect(told((random) => keys(random).map((id) => insert('t', id)))).toBe(0);
  });

  it('are unknown of transactions whose first statements were not seen', () => {
    expect(told((random) => both(keys(random)), 8, false)).toBe(0);
  });
});

describe('orders of rows of two tables', () => {
  const ab = (draw: (random: () => number) => readonly Locks[]) => told(draw, 8, true, ['a', 'b']);
  const forth = (a: number, b: number) => [update('a', a), update('b', b)];
  const back = (a: number, b: number) => [update('b', b), update('a', a)];

  it('are none where some go the one way and some the other', () => {
    expect(ab((random) => (random() < 0.5 ? forth : back)(...keys(random, 0, 100)))).toBeGreaterThan(0.95);
  });

  it('are agreed on where all go one way', () => {
    expect(ab((random) => forth(...keys(random)))).toBe(0);
  });

  it('do not matter where rows are apart, or behind a gate', () => {
    const apart = (random: () => number) =>
      random() < 0.5 ? forth(...keys(random, 0, 100)) : back(...keys(random, 100, 200));
    expect(ab(apart)).toBe(0);
    const gated = (random: () => number) => [
      update('gate', 9),
      ...(random() < 0.5 ? forth : back)(...keys(random, 0, 100)),
    ];
    expect(ab(gated)).toBe(0);
  });
});

describe('shared, then exclusive, by statements', () => {
  const id = (random: () => number) => Math.floor(random() * 50);

  it('is a child inserted and its parent changed', () => {
    const draw = (random: () => number) => {
      const parent = id(random);
      return [insert('child', parent, [rowOf('t', parent)]), update('t', parent)];
    };
    expect(told(draw)).toBeGreaterThan(0.95);
  });

  it('is a key that is not there asked for and then inserted', () => {
    const draw = (random: () => number) => {
      const key = id(random);
      return [missing('t', key), insert('t', key)];
    };
    expect(told(draw)).toBeGreaterThan(0.95);
  });

  it('is not where the parent is locked first, or another parent is changed', () => {
    const draw = (first: (parent: number) => readonly Locks[], add: number) => (random: () => number) => {
      const parent = id(random);
      return [...first(parent), insert('child', parent, [rowOf('t', parent)]), update('t', parent + add)];
    };
    expect(told(draw((parent) => [update('t', parent)], 0))).toBe(0);
    expect(told(draw(() => [], 1_000))).toBe(0);
  });

  it('is not behind a gate, nor of one session alone', () => {
    const draw = (gate: readonly Locks[]) => (random: () => number) => {
      const parent = id(random);
      return [...gate, insert('child', parent, [rowOf('t', parent)]), update('t', parent)];
    };
    expect(told(draw([unknown('lock tables')]))).toBe(0);
    expect(told(draw([]), 1)).toBe(0);
  });
});
