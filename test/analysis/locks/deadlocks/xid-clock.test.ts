import { describe, expect, it } from 'vitest';
import { Stages } from '../../../../src/analysis/locks/deadlocks/stages.js';
import { Transaction } from '../../../../src/analysis/locks/deadlocks/transactions.js';
import { XidClock } from '../../../../src/analysis/locks/deadlocks/xid-clock.js';
import { START, session } from './readings.js';

describe('the clock of transaction ids', () => {
  const clock = (...points: readonly (readonly [number, number])[]) => {
    const made = new XidClock();
    for (const [xid, atMs] of points) made.note(xid, atMs);
    return made;
  };

  it('tells when an id was given out, and how well it knows', () => {
    const { atMs, errorMs } = clock([1000, 0], [1100, 200]).firstWrite(1049) ?? { atMs: 0, errorMs: 0 };
    expect(atMs).toBeCloseTo(99, 0);
    expect(errorMs).toBeGreaterThan(5);
    expect(errorMs).toBeLessThan(15);
    expect(clock([1000, 0], [1001, 200]).firstWrite(1000)?.errorMs).toBeGreaterThan(90);
  });

  it('knows nothing of ids before its first reading, after its last, and of none', () => {
    const made = clock([1000, 0], [1100, 200]);
    expect([made.firstWrite(999), made.firstWrite(1100), made.firstWrite(null)]).toEqual([null, null, null]);
  });

  it('begins anew when ids or the clock go back', () => {
    expect(clock([1000, 0], [1100, 200], [20, 300], [40, 500]).firstWrite(1049)).toBeNull();
    expect(clock([1000, 0], [1100, -900], [1200, -700]).firstWrite(1049)).toBeNull();
    expect(clock([1000, 0], [1100, 200], [20, 300], [40, 500]).firstWrite(30)?.atMs).toBeCloseTo(405, 0);
  });
});

describe('the step of a transaction, by its first write', () => {
  /** Its statement began 100 ms after the transaction, its first row was locked at `writeMs`. */
  const party = (writeMs: number, errorMs = 5, holds = ['a']) => ({
    session: session('7', { transactionStartedAtMs: START, statementStartedAtMs: START + 100 }),
    transaction: new Transaction('7', START, START + 150, null),
    key: '7',
    past: [],
    exact: false,
    firstWrite: { atMs: START + writeMs, errorMs },
    holds: new Map(holds.map((name) => [name, 'exclusive' as const])),
    shares: new Set<string>(),
    rows: new Map(),
    complete: true,
    settled: true,
    listed: true,
    waits: [],
  });
  const known = (of: ReturnType<typeof party>) => new Stages().sightOf(of).known;

  it('is later where it wrote before the statement, the first where it did not', () => {
    expect([known(party(3)), known(party(98)), known(party(65))]).toEqual(['later', 'first', null]);
  });

  it('is unknown where that is not known well, or where it locked another relation as well', () => {
    expect(known(party(3, 40))).toBeNull();
    expect(known(party(3, 5, ['a', 'b']))).toBeNull();
  });
});
