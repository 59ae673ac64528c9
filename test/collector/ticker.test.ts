import { expect, it } from 'vitest';
import { runTicker } from '../../src/collector/ticker.js';
import type { Clock } from '../../src/core/clock.js';

/** Runs that take so long each, ms; when each began and what it was told. */
async function run(takesMs: readonly number[], phase = 0) {
  let nowMs = 100;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  const abort = new AbortController();
  const runs: { atMs: number; missed: number }[] = [];
  await runTicker({ clock, everyMs: 1000, phase, signal: abort.signal }, async (missed) => {
    runs.push({ atMs: nowMs, missed });
    nowMs += takesMs[runs.length - 1] ?? 0;
    if (runs.length === takesMs.length) abort.abort();
  });
  return runs;
}

it('runs at every multiple of the interval, moved by its phase', async () => {
  const times = (await run([10, 10, 10], 0.25)).map(({ atMs }) => atMs);
  expect(times).toEqual([250, 1250, 2250]);
});

it('counts the runs that a long one made impossible and queues none of them', async () => {
  expect(await run([10, 2500, 10, 10])).toEqual([
    { atMs: 1000, missed: 0 },
    { atMs: 2000, missed: 0 },
    { atMs: 5000, missed: 2 },
    { atMs: 6000, missed: 0 },
  ]);
});

it('misses nothing when a run takes just the interval, nor before the first has ended', async () => {
  const missed = (await run([3700, 1000, 1000, 10])).map((each) => each.missed);
  expect(missed).toEqual([0, 0, 0, 0]);
});
