import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/collector/budget.js';
import { Governor } from '../../src/collector/governor.js';
import { OwnShare } from '../../src/collector/own-share.js';
import type { Clock } from '../../src/core/clock.js';

const CPUS = 2;

/** Instances that each use so much of the host, percent, window by window; the first, of young code, is over and was dear. */
function host(budgetPercent: number, ...names: readonly string[]) {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs } as Clock;
  const budget = new Budget(budgetPercent, clock);
  const governors = new Map(names.map((name) => [name, new Governor(budget, name)]));
  for (const governor of governors.values()) governor.spend(CPUS * 30e9, 30_000, CPUS);
  return {
    budget,
    governors,
    window(percents: Readonly<Record<string, number>>) {
      nowMs += 30_000;
      return Object.entries(percents).map(([name, percent]) =>
        governors.get(name)?.spend((percent / 100) * CPUS * 30e9, 30_000, CPUS),
      );
    },
  };
}

describe('the governor', () => {
  it('gives up digests, then counters, then looks at locks, each in steps, and comes back in reverse', () => {
    const { window, governors } = host(2, 'a');
    const governor = governors.get('a') as Governor;
    expect(window({ a: 3 })).toMatchObject([
      [
        {
          lane: 'digests',
          factor: 2,
          reason: 'the monitor used 3.00 % of the host, its budget is 2 %',
        },
      ],
    ]);
    for (let n = 0; n < 2; n += 1) window({ a: 3 });
    expect(window({ a: 3 })).toMatchObject([[{ lane: 'counters', factor: 2 }]]);
    for (let n = 0; n < 5; n += 1) window({ a: 3 });
    expect(['digests', 'counters', 'locks'].map((lane) => governor.factor(lane as 'locks'))).toEqual([
      8, 8, 8,
    ]);
    expect(window({ a: 3 })).toEqual([[]]);
    expect(window({ a: 1.6 })).toEqual([[]]);
    expect(window({ a: 1.4 })).toMatchObject([[{ lane: 'locks', factor: 4 }]]);
    expect(governor.factor('tick')).toBe(1);
  });

  it('gives up more at once the more is spent', () => {
    const { window } = host(2, 'a');
    expect(window({ a: 9 })).toMatchObject([[{ lane: 'digests', factor: 8 }]]);
    expect(window({ a: 5 })).toMatchObject([[{ lane: 'counters', factor: 4 }]]);
    expect(window({ a: 5 })).toMatchObject([
      [
        { lane: 'counters', factor: 8 },
        { lane: 'locks', factor: 2 },
      ],
    ]);
  });

  it('keeps all instances together below the budget: those save that use most', () => {
    const { window, governors, budget } = host(2, 'jammed', 'busy', 'quiet');
    const factors = () => [...governors.values()].map((each) => each.factor('digests'));
    window({ quiet: 0.1, busy: 0.8, jammed: 1.2 });
    expect(budget.spentPercent).toBeCloseTo(2.1);
    expect(factors()).toEqual([2, 1, 1]);
    expect(window({ quiet: 0.1, busy: 0.6, jammed: 1 })).toEqual([[], [], []]);
  });

  it('asks the others when those that use most have nothing left to give up', () => {
    const { window, governors } = host(2, 'a', 'b');
    for (let n = 0; n < 9; n += 1) window({ b: 0.5, a: 3 });
    expect(governors.get('b')?.factor('digests')).toBe(1);
    window({ a: 3, b: 0.5 });
    expect(governors.get('b')?.factor('digests')).toBe(2);
  });

  it('forgets an instance that is down', () => {
    const { window } = host(2, 'a', 'b');
    window({ a: 1, b: 1.5 });
    for (let n = 0; n < 3; n += 1) window({ a: 1 });
    expect(window({ a: 1.1 })).toEqual([[]]);
  });
});

describe('the budget of looks', () => {
  it('is shared by the instances where somebody waits', () => {
    const { budget } = host(2);
    const [one, other] = [{}, {}];
    expect(budget.lanePercent(0.5)).toBe(1);
    budget.looking(one, true);
    expect(budget.lanePercent(0.5)).toBe(1);
    budget.looking(other, true);
    expect(budget.lanePercent(0.5)).toBe(0.5);
    budget.looking(one, false);
    expect(budget.lanePercent(0.5)).toBe(1);
  });
});

describe("an instance's share of this process's CPU", () => {
  it('does not jump when instances come or go', () => {
    let usedNs = 100;
    let nowMs = 0;
    let among = 1;
    const share = new OwnShare(
      () => usedNs,
      () => among,
      () => nowMs,
    );
    const used = (ns: number, instances: number, afterMs = 250) => {
      among = instances;
      usedNs += ns;
      nowMs += afterMs;
      return share.ns();
    };
    expect([used(10, 1), used(10, 10), used(0, 1), used(4, 0)]).toEqual([10, 11, 11, 15]);
    expect([used(5, 1, 10), used(5, 1)]).toEqual([15, 25]);
  });
});
