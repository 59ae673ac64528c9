import { createDeadlockAnalyst } from '../../src/analysis/locks/deadlocks/analyst.js';
import { simulate } from '../../test/analysis/locks/deadlocks/simulator.js';
import type { Mix } from './mixes.js';
import { type MixRun, patternOf } from './mixes-run.js';
import type { BenchEngine } from './sql.js';

const START_MS = 1_700_000_000_000;
const THINK_MS = 50;

/** One mix on the toy server of the tests: hours in seconds, and the same each time. Rows and sessions as the mix has them. */
export function simulatedRun(
  mix: Mix,
  engine: BenchEngine,
  pauseMs: number,
  seconds: number,
  seed: number,
): MixRun {
  const options = { mix, engine, seed, seconds, thinkMs: THINK_MS, pauseMs };
  const { records, deadlocks, transactions } = simulate(options, createDeadlockAnalyst('simulated'));
  const first = deadlocks[0]?.atMs ?? null;
  const closed = records.filter(({ kind, outcome }) => kind === 'risk' && outcome !== null);
  return {
    mix: mix.name,
    engine,
    contention: `pause ${pauseMs} ms`,
    truth: mix.truth.map(patternOf),
    told: records
      .filter(({ kind, outcome }) => kind === 'latent' && outcome === null)
      .map(({ resources, atMs, probability }) => ({
        pattern: patternOf(resources),
        atSeconds: Math.round((atMs - START_MS) / 1000),
        probability: Number(probability.toFixed(2)),
      })),
    firstDeadlockSeconds: first === null ? null : Math.round((first - START_MS) / 1000),
    deadlocks: deadlocks.length,
    transactions,
    seconds,
    risks: closed.length,
    risksHappened: closed.filter(({ outcome }) => outcome === 'happened').length,
    baseline: [],
  };
}
