import { describe, expect, it } from 'vitest';
import { calibrated, type Scored } from '../../../../src/analysis/locks/deadlocks/calibration.js';
import { Pasts } from '../../../../src/analysis/locks/deadlocks/pasts.js';
import { RowOrders } from '../../../../src/analysis/locks/deadlocks/row-order.js';
import { Transactions } from '../../../../src/analysis/locks/deadlocks/transactions.js';

describe('calibration by own outcomes', () => {
  const past = (score: number, hits: number, of: number): Scored[] =>
    Array.from({ length: of }, (_, index) => ({ score, happened: index < hits }));

  it('leaves scores alone until there are enough outcomes', () => {
    expect(calibrated(0.4, past(0.4, 0, 39))).toBe(0.4);
  });

  it('brings a score down to what came of it, and keeps the order', () => {
    const outcomes = [...past(0.4, 4, 100), ...past(0.8, 60, 100)];
    const [low, high] = [calibrated(0.4, outcomes), calibrated(0.8, outcomes)];
    expect(low).toBeGreaterThan(0.03);
    expect(low).toBeLessThan(0.08);
    expect(high).toBeGreaterThan(0.55);
    expect(high).toBeLessThan(0.65);
  });

  it('pools scores whose outcomes contradict their order', () => {
    const outcomes = [...past(0.3, 30, 50), ...past(0.6, 10, 50)];
    expect(Math.abs(calibrated(0.3, outcomes) - calibrated(0.6, outcomes))).toBeLessThan(0.05);
  });
});

describe('what a session had run before', () => {
  const step = (transaction: string, number: number, digest: string) => ({
    sessionId: '7',
    transaction,
    step: number,
    digest,
    follows: true,
    row: null,
    shares: [],
    plainRead: false,
  });
  const pasts = (steps: ReturnType<typeof step>[]) => {
    const made = new Pasts();
    made.add(steps, () => {});
    return made;
  };
  const changes = () => true;

  it('is one answer where all transactions say the same', () => {
    const made = pasts([step('t1', 1, 'a'), step('t1', 2, 'b'), step('t2', 3, 'a'), step('t2', 4, 'b')]);
    expect(made.before('7', 'b', 1, changes)).toEqual(['a']);
  });

  it('is decided by the rows changed where one statement runs first and later', () => {
    const made = pasts([step('t1', 1, 'a'), step('t1', 2, 'b'), step('t2', 3, 'b'), step('t2', 4, 'a')]);
    expect(made.before('7', 'b', 0, changes)).toEqual([]);
    expect(made.before('7', 'b', 1, changes)).toEqual(['a']);
    expect(made.before('7', 'b', null, changes)).toBeNull();
  });

  it('is unknown where more was changed than the history tells of', () => {
    expect(pasts([step('t1', 1, 'b')]).before('7', 'b', 2, changes)).toBeNull();
  });

  it('goes on over several readings of the history', () => {
    const followed: string[] = [];
    const made = new Pasts();
    made.add([step('t1', 1, 'a')], () => {});
    made.add([step('t1', 2, 'b')], (earlier, digest) => followed.push(`${earlier.join()}>${digest}`));
    expect(followed).toEqual(['a>b']);
  });
});

describe('circles among rows', () => {
  const order = (heldRow: string, wantedRow: string, transaction: string) => ({
    heldRow,
    wantedRow,
    held: 't',
    wanted: 't',
    transaction,
    atMs: 0,
  });

  it('are proof of different transactions, and none of one that goes back and forth', () => {
    const rows = new RowOrders();
    expect(rows.add(order('1', '2', 'a'))).toBeNull();
    expect(rows.add(order('2', '3', 'b'))).toBeNull();
    expect(rows.add(order('3', '1', 'a'))).toBeNull();
    expect(rows.add(order('4', '5', 'c'))).toBeNull();
    expect(rows.add(order('5', '4', 'd'))).toEqual(['t', 't']);
  });

  it('never close where all keep to an order', () => {
    const rows = new RowOrders();
    for (let from = 0; from < 30; from += 1)
      for (let to = from + 1; to < 30; to += 1)
        expect(rows.add(order(String(from), String(to), `${from}-${to}`))).toBeNull();
  });
});

describe('transactions as they are seen', () => {
  const seen = { id: '7', transactionStartedAtMs: 1_000, statementStartedAtMs: 1_001, digest: 'a' };

  it('are the same within the rounding of two views, and count a statement once', () => {
    const made = new Transactions();
    made.see(seen, 1_010);
    const again = made.see(
      { ...seen, transactionStartedAtMs: 1_000.0002, statementStartedAtMs: 1_001.0003 },
      1_020,
    );
    expect(again?.steps).toHaveLength(1);
    expect(made.timesFollowed('a', 'a')).toBe(0);
  });

  it('run one statement twice when it begins anew', () => {
    const made = new Transactions();
    made.see(seen, 1_010);
    made.see({ ...seen, statementStartedAtMs: 1_050 }, 1_060);
    expect(made.timesFollowed('a', 'a')).toBe(1);
  });

  it('of MySQL keep their name though its timer tells their start anew', () => {
    const made = new Transactions();
    const first = made.see({ ...seen, rowsModified: 0 }, 1_010);
    const second = made.see({ ...seen, transactionStartedAtMs: 1_009.5, rowsModified: 1 }, 1_160);
    const other = made.see({ ...seen, transactionStartedAtMs: 1_300, rowsModified: 0 }, 1_310);
    expect(second?.key).toBe(first?.key);
    expect(other?.key).not.toBe(first?.key);
  });
});
