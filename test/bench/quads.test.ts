import { expect, it } from 'vitest';
import { effectOf, floorOf, type Quad } from '../../bench/overhead/quads.js';

/** A run whose throughput drifts and, at every seventh block, breaks down; `factor` is what the monitor leaves of it. */
function run(factor: number): Quad[] {
  let block = 0;
  const perSecond = (watched: boolean) => {
    block += 1;
    const noise = 1 + 0.02 * Math.sin(block * 12.9898);
    return 1000 * (1 - block / 2000) * noise * (block % 7 === 0 ? 0.6 : 1) * (watched ? factor : 1);
  };
  return Array.from({ length: 60 }, (_, index) => {
    const inside = index % 3 === 0;
    const four = [perSecond(!inside), perSecond(inside), perSecond(inside), perSecond(!inside)];
    return { watchedInside: inside, perSecond: four as unknown as Quad['perSecond'] };
  });
}

it('finds a change of a few percent under drift and outliers, and none where there is none', () => {
  const seen = effectOf(run(0.95));
  expect(seen.pairs).toBe(120);
  expect(seen.lowPercent).toBeLessThan(-4);
  expect(seen.highPercent).toBeGreaterThan(-6);
  expect(seen.highPercent).toBeLessThan(0);
  expect(seen.medianPercent).toBeCloseTo(-5, 0);
  for (const none of [effectOf(run(1)), floorOf(run(0.9))]) {
    expect(none.lowPercent).toBeLessThan(0.5);
    expect(none.highPercent).toBeGreaterThan(-0.5);
  }
});
