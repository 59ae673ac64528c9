import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CounterTable, increase, increaseOf } from '../../src/core/delta.js';

describe('increase', () => {
  it('is unknown at first sight', () => {
    expect(increase(undefined, { epoch: 'a', value: 5 })).toBeNull();
  });

  it('is the difference within an epoch', () => {
    expect(increase({ epoch: 'a', value: 5 }, { epoch: 'a', value: 9 })).toBe(4);
  });

  it('is unknown across a reset, said or not', () => {
    expect(increase({ epoch: 'a', value: 5 }, { epoch: 'b', value: 9 })).toBeNull();
    expect(increase({ epoch: 'a', value: 5 }, { epoch: 'a', value: 4 })).toBeNull();
  });

  it('keeps unknown fields unknown', () => {
    expect(increaseOf(null, 4)).toBeNull();
    expect(increaseOf(4, null)).toBeNull();
    expect(increaseOf(4, 3)).toBeNull();
    expect(increaseOf(3, 3)).toBe(0);
  });
});

describe('CounterTable', () => {
  it('never counts more than the counter rose, whatever is reset or vanishes in between', () => {
    const step = fc.record({ add: fc.nat(1000), reset: fc.boolean(), seen: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = new CounterTable(2);
        let value = 0;
        let rose = 0;
        let counted = 0;
        for (const [round, { add, reset, seen }] of steps.entries()) {
          if (reset) value = 0;
          value += add;
          rose += add;
          if (seen) counted += table.next('k', { epoch: null, value }, round * 1000)?.increase ?? 0;
          table.endRound();
        }
        expect(counted).toBeLessThanOrEqual(rose);
      }),
    );
  });

  it('says how long the interval was, also when rounds were missed', () => {
    const table = new CounterTable();
    table.next('k', { epoch: 1, value: 10 }, 1000);
    table.endRound();
    table.endRound();
    expect(table.next('k', { epoch: 1, value: 16 }, 4000)).toEqual({ increase: 6, elapsedMs: 3000 });
  });

  it('forgets what is gone, so that a reused key starts anew', () => {
    const table = new CounterTable(1);
    table.next('k', { epoch: 1, value: 10 }, 0);
    for (let round = 0; round < 3; round += 1) table.endRound();
    expect(table.next('k', { epoch: 1, value: 16 }, 4000)).toBeNull();
  });
});
