import { describe, expect, it } from 'vitest';
import { MIXES, type Mix } from '../../../../bench/deadlocks/mixes.js';
import { createDeadlockAnalyst } from '../../../../src/analysis/locks/deadlocks/analyst.js';
import { packed, unpacked } from '../../../../src/analysis/locks/deadlocks/packed.js';
import type { Learnt, LockAnalyst } from '../../../../src/core/lock-analyst.js';
import { simulate } from './simulator.js';
import type { SimulatedEngine } from './worker.js';

const mixNamed = (wanted: string) => MIXES.find(({ name }) => name === wanted) as Mix;
const throughJson = (learnt: Learnt) => JSON.parse(JSON.stringify(learnt)) as Learnt;

function run(analyst: LockAnalyst, name: string, engine: SimulatedEngine, seed: number, seconds: number) {
  const options = { mix: mixNamed(name), engine, seed, seconds, thinkMs: 50, pauseMs: 100 };
  return simulate(options, analyst).records.filter(
    ({ kind, outcome }) => kind === 'latent' && outcome === null,
  );
}

function nextLife(analyst: LockAnalyst): LockAnalyst {
  const next = createDeadlockAnalyst('sim');
  next.recall(throughJson(analyst.learnt()));
  return next;
}

describe('what was learnt', () => {
  it('goes on in the next life: evidence of two lives tells what neither has enough of', () => {
    const seconds = 5;
    const seeds = Array.from({ length: 40 }, (_, index) => 900 + index);
    const alone = seeds.filter(
      (seed) => run(createDeadlockAnalyst('sim'), 'three-party', 'mysql', seed, seconds).length > 0,
    );
    let analyst = createDeadlockAnalyst('sim');
    const told: number[] = [];
    for (const seed of seeds.filter((each) => !alone.includes(each)).slice(0, 16)) {
      told.push(run(analyst, 'three-party', 'mysql', seed, seconds).length);
      analyst = nextLife(analyst);
    }
    expect(told.reduce((sum, each) => sum + each, 0)).toBe(1);
  });

  it('is not told again, and is known of a deadlock that follows', () => {
    const first = createDeadlockAnalyst('sim');
    expect(run(first, 'foreign-key-upgrade', 'postgresql', 4, 60)).toHaveLength(1);
    const second = nextLife(first);
    const options = { engine: 'postgresql' as const, seed: 5, seconds: 60, thinkMs: 50, pauseMs: 100 };
    const { records } = simulate({ ...options, mix: mixNamed('foreign-key-upgrade') }, second);
    expect(records.filter(({ kind, outcome }) => kind === 'latent' && outcome === null)).toEqual([]);
  });

  it('of another format is left alone', () => {
    const first = createDeadlockAnalyst('sim');
    expect(run(first, 'foreign-key-upgrade', 'postgresql', 4, 60)).toHaveLength(1);
    const second = createDeadlockAnalyst('sim');
    second.recall({ ...throughJson(first.learnt()), format: 0 });
    expect(run(second, 'foreign-key-upgrade', 'postgresql', 4, 60)).toHaveLength(1);
  });

  it('keeps maps and sets at any depth', () => {
    const value = new Map([['a', { rows: new Set(['x', 'y']), none: null, list: [1, [2], new Map()] }]]);
    expect(unpacked(JSON.parse(JSON.stringify(packed(value))))).toEqual(value);
  });
});
