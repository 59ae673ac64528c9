import { describe, expect, it } from 'vitest';
import { StatedOrders } from '../../../../src/analysis/locks/deadlocks/stated-orders.js';
import type { NamedRow, TransactionStep } from '../../../../src/core/lock-analyst.js';
import { seeded } from './seeded.js';

type Row = readonly [relation: string, id: number];
/** Rows in the order in which a transaction takes them; a text is a statement that names no row. */
type Taken = readonly (Row | string)[];

const rowOf = ([relation, id]: Row): NamedRow => ({
  relation,
  columns: new Map([['id', id]]),
  key: `${relation}/${id}`,
  inserted: false,
});

/** Each second so many transactions by so many sessions. */
function probabilityOf(draw: (random: () => number) => Taken, sessions = 8, transactions = 400): number {
  const orders = new StatedOrders();
  const random = seeded(5);
  let number = 0;
  while (number < transactions) {
    const history: TransactionStep[] = [];
    for (let each = 0; each < 40; each += 1) {
      const session = number % sessions;
      number += 1;
      for (const [step, taken] of draw(random).entries())
        history.push({
          sessionId: String(session),
          transaction: String(number),
          step: 100 * number + step,
          digest: typeof taken === 'string' ? taken : `update ${taken[0]}`,
          follows: number > sessions,
          row: typeof taken === 'string' ? null : rowOf(taken),
          plainRead: taken === 'read',
        });
    }
    orders.learn(history);
  }
  return orders.probability('t');
}

const keys = (random: () => number, from = 0, to = 200): [number, number] => {
  const a = from + Math.floor(random() * (to - from));
  const b = from + Math.floor(random() * (to - from));
  return a === b ? keys(random, from, to) : [a, b];
};
const sorted = ([a, b]: readonly [number, number]) => (a < b ? [a, b] : [b, a]) as [number, number];
const take = ([a, b]: readonly [number, number]): Taken => [
  ['t', a],
  ['t', b],
];

describe('orders of rows that statements name', () => {
  it('are none where keys come as they are drawn', () => {
    expect(probabilityOf((random) => take(keys(random)))).toBeGreaterThan(0.95);
  });

  it('are agreed on where keys are sorted', () => {
    expect(probabilityOf((random) => take(sorted(keys(random))))).toBeLessThan(0.1);
  });

  it('do not matter behind a gate, be it a row or a statement that may lock anything', () => {
    expect(probabilityOf((random) => [['gate', 9], ...take(keys(random))])).toBe(0);
    expect(probabilityOf((random) => ['get a lock', ...take(keys(random))])).toBe(0);
    expect(probabilityOf((random) => ['read', ...take(keys(random))])).toBeGreaterThan(0.95);
  });

  it('do not matter among programs whose rows are apart', () => {
    const draw = (random: () => number) => {
      if (random() < 0.5) return take(sorted(keys(random, 0, 100)));
      const [a, b] = sorted(keys(random, 100, 200));
      return take([b, a]);
    };
    expect(probabilityOf(draw)).toBe(0);
  });

  it('are agreed on where rows of one kind come before those of another, whatever their keys', () => {
    const draw = (random: () => number) => {
      const [hot, other] = keys(random);
      return take([10 * Math.floor(hot / 10), other % 10 === 0 ? other + 1 : other]);
    };
    expect(probabilityOf(draw)).toBe(0);
  });

  it('do not matter to one session alone', () => {
    expect(probabilityOf((random) => take(keys(random)), 1)).toBe(0);
  });

  it('are unknown of transactions whose first statements were not seen', () => {
    const orders = new StatedOrders();
    const step = (number: number, id: number): TransactionStep => ({
      sessionId: '1',
      transaction: 'a',
      step: number,
      digest: 'update t',
      follows: number > 1,
      row: rowOf(['t', id]),
      plainRead: false,
    });
    expect(orders.learn([step(1, 5), step(2, 3)])).toEqual([]);
    expect(orders.learn([{ ...step(3, 5), transaction: 'b' }])).toEqual([]);
    expect(orders.learn([{ ...step(4, 3), transaction: 'b' }])).toEqual(['t']);
  });
});
