import { describe, expect, it } from 'vitest';
import { MIXES } from '../../../../bench/deadlocks/mixes.js';
import { createDeadlockAnalyst } from '../../../../src/analysis/locks/deadlocks/analyst.js';
import { mixedProbability } from '../../../../src/analysis/locks/deadlocks/key-order.js';
import { patternKey } from '../../../../src/analysis/locks/deadlocks/patterns.js';
import { unorderedProbability } from '../../../../src/analysis/locks/deadlocks/self-order.js';
import { simulate } from './simulator.js';

/** Seeds that nothing was tuned on. */
const SEED = 4_242;
const ENGINES = ['postgresql', 'mysql'] as const;
const SECONDS = 60;

function patterns(mix: (typeof MIXES)[number], engine: (typeof ENGINES)[number], seconds = SECONDS) {
  const options = { mix, engine, seed: SEED, seconds, thinkMs: 50, pauseMs: 100 };
  const { records, deadlocks } = simulate(options, createDeadlockAnalyst('sim'));
  const latent = records.filter(({ kind, outcome }) => kind === 'latent' && outcome === null);
  return { records, deadlocks, latent, keys: latent.map(({ resources }) => patternKey(resources)) };
}

describe('latent patterns of simulated mixes', () => {
  const controls = MIXES.filter(({ truth }) => truth.length === 0);
  it.each(controls.flatMap((mix) => ENGINES.map((engine) => [mix.name, engine, mix] as const)))(
    '%s on %s: no false alarm',
    (_name, engine, mix) => {
      const { keys, deadlocks } = patterns(mix, engine);
      expect(deadlocks).toEqual([]);
      expect(keys).toEqual([]);
    },
  );

  const found = MIXES.filter(({ name }) =>
    ['random-order', 'two-templates', 'three-party', 'foreign-key-upgrade', 'gap-insert'].includes(name),
  );
  it.each(found.flatMap((mix) => (mix.engines ?? ENGINES).map((engine) => [mix.name, engine, mix] as const)))(
    '%s on %s: found, with both sides and an advice',
    (_name, engine, mix) => {
      const { keys, latent } = patterns(mix, engine, 2 * SECONDS);
      expect(keys).toEqual(mix.truth.map(patternKey));
      expect(latent[0]?.parties.length).toBeGreaterThanOrEqual(2);
      expect(latent[0]?.advice).not.toBe('');
    },
  );

  it('every deadlock that happens on PostgreSQL is kept once, most were foretold with their victim', () => {
    const [mix] = MIXES.filter(({ name }) => name === 'foreign-key-upgrade');
    if (mix === undefined) throw new Error('no such mix');
    const { records, deadlocks } = patterns(mix, 'postgresql', 2 * SECONDS);
    const happened = new Set(
      records.flatMap(({ kind, deadlockId }) => (kind === 'happened' ? deadlockId : [])),
    );
    const imminent = records.filter(({ kind, outcome }) => kind === 'imminent' && outcome === null);
    const right = imminent.filter(({ victimId, expectedAtMs }) =>
      deadlocks.some(({ victim, atMs }) => victim === victimId && Math.abs(atMs - (expectedAtMs ?? 0)) < 5),
    );
    expect(deadlocks.length).toBeGreaterThan(10);
    expect(happened.size).toBe(deadlocks.length);
    expect(right.length / deadlocks.length).toBeGreaterThan(0.85);
  });
});

describe('the test of an agreed order of keys', () => {
  it('needs evidence, and goes the way of it', () => {
    expect(unorderedProbability({ firstOnFirst: 0, laterOnFirst: 0 }, false)).toBe(0);
    expect(unorderedProbability({ firstOnFirst: 200, laterOnFirst: 100 }, true)).toBeLessThan(0.01);
    expect(unorderedProbability({ firstOnFirst: 100, laterOnFirst: 100 }, true)).toBeGreaterThan(0.95);
    expect(unorderedProbability({ firstOnFirst: 0, laterOnFirst: 5 }, true)).toBeLessThan(0.95);
  });

  it('takes less where two statements always run in one order, and still heeds what speaks for one of keys', () => {
    expect(unorderedProbability({ firstOnFirst: 0, laterOnFirst: 5 }, false)).toBeGreaterThan(0.95);
    expect(unorderedProbability({ firstOnFirst: 8, laterOnFirst: 9 }, false)).toBeGreaterThan(0.95);
    expect(unorderedProbability({ firstOnFirst: 100, laterOnFirst: 50 }, false)).toBeLessThan(0.2);
  });

  it('that are compared needs both sides, more than once', () => {
    expect(mixedProbability(50, 0)).toBe(0);
    expect(mixedProbability(50, 1)).toBeLessThan(0.01);
    expect(mixedProbability(1, 1)).toBeLessThan(0.9);
    expect(mixedProbability(2, 2)).toBeGreaterThan(0.9);
    expect(mixedProbability(40, 12)).toBeLessThan(0.5);
  });
});
