import { expect, it } from 'vitest';
import { DueTasks } from '../../src/collector/due.js';
import type { ProcessCost } from '../../src/core/process.js';

const cost = (cpuNs: number) => ({ cpuNs, elapsedMs: 1000 }) as ProcessCost;
const tasks = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

it('reads all but the idle ones while there are few', () => {
  const due = new DueTasks(0);
  for (const task of tasks(100)) due.learn(task, cost(1));
  const idle = new Map([[7, null]]);
  expect(due.select(tasks(100), idle, new Set(tasks(100)))).toHaveLength(99);
});

it('reads an idle one that ran something since it was last read', () => {
  const due = new DueTasks(0);
  const all = tasks(100);
  const reads = (sinceMs: number) => due.select(all, new Map([[7, sinceMs]]), new Set(all)).includes(7);
  expect([reads(1_000), reads(1_000), reads(2_000), reads(2_000)]).toEqual([true, false, true, false]);
});

it('takes what the server rounds for no change', () => {
  const due = new DueTasks(1_000);
  const all = tasks(100);
  const reads = (sinceMs: number) => due.select(all, new Map([[7, sinceMs]]), new Set(all)).includes(7);
  expect([reads(1_000), reads(1_900), reads(2_100)]).toEqual([true, false, true]);
});

it('reads light ones in turn where there are many, new and busy ones always', () => {
  const due = new DueTasks(0);
  const all = tasks(900);
  const known = new Set(all.slice(1));
  for (const task of all) due.learn(task, cost(task === 500 ? 50e6 : 1));
  const seen = new Map<number, number>();
  for (let tick = 0; tick < 5; tick += 1)
    for (const task of due.select(all, new Map(), known)) seen.set(task, (seen.get(task) ?? 0) + 1);
  expect([seen.get(1), seen.get(500)]).toEqual([5, 5]);
  expect(all.slice(1).filter((task) => task !== 500 && seen.get(task) !== 1)).toEqual([]);
});
