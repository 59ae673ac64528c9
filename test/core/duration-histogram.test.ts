import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DURATION_BUCKETS, durationBucket, durationQuantile } from '../../src/core/duration-histogram.js';

describe('duration histogram', () => {
  it('puts durations into powers of two', () => {
    expect([0, 0.9, 1, 1.9, 2, 1000, 1e12].map(durationBucket)).toEqual([
      0,
      0,
      1,
      1,
      2,
      10,
      DURATION_BUCKETS - 1,
    ]);
  });

  it('takes nonsense as the shortest', () => {
    expect([Number.NaN, -5].map(durationBucket)).toEqual([0, 0]);
  });

  it('has no quantile when empty', () => {
    expect(durationQuantile([], 0.95)).toBeNull();
    expect(durationQuantile([0, 0], 0.5)).toBeNull();
  });

  it('finds quantiles within a factor of two', () => {
    const durations = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.9, 0.95), (values, quantile) => {
        const counts = new Array<number>(DURATION_BUCKETS).fill(0);
        for (const value of values) counts[durationBucket(value)]! += 1;
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(quantile * sorted.length) - 1] as number;
        const estimate = durationQuantile(counts, quantile) as number;
        expect(estimate).toBeGreaterThanOrEqual(exact / 2);
        expect(estimate).toBeLessThanOrEqual(exact * 2);
      }),
    );
  });
});
