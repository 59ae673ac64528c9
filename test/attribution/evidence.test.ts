import { expect, it } from 'vitest';
import { Evidence } from '../../src/attribution/evidence.js';
import type { Pool } from '../../src/attribution/pool.js';
import { cost, session } from './rows.js';

const pool = (id: number, cpuNs: number): Pool => ({
  key: `${id}`,
  session: session(id),
  cpuNs,
  runQueueNs: 0,
  wakeUps: 10,
  readBytes: null,
  writeBytes: null,
  inFlightMs: new Map(),
});

it('takes a session that used CPU and was never seen in a long statement for one that does not run it', () => {
  const evidence = new Evidence();
  for (let at = 0; at < 20; at += 1) {
    evidence.observe('1', session(1, { digest: 'report' }), cost(500e6), 1);
    evidence.endTick([session(1), session(2)]);
  }
  evidence.used(pool(1, 10e9));
  evidence.used(pool(2, 10e9));
  const group = 'shop\0app\0null\0null';
  expect(evidence.affinity('1', group, 'report', false)).toBeGreaterThan(1.8);
  expect(evidence.affinity('2', group, 'report', false)).toBeLessThan(0.05);
  expect(evidence.affinity('2', group, 'too short to be seen', true)).toBe(1);
});

it('leaves commits out of the time that the server did not count them in', () => {
  const evidence = new Evidence();
  const update = (waitClass: 'cpu' | 'logCommit') =>
    evidence.observe('1', session(1, { digest: 'update', waitClass }), cost(500e6), 1);
  for (let at = 0; at < 10; at += 1) {
    update('cpu');
    update('logCommit');
  }
  expect(evidence.cpuShare('update', true)).toBeCloseTo(0.5, 1);
  expect(evidence.cpuShare('update', false)).toBeCloseTo(1, 1);
});

it('takes a statement whose sessions queue more for one that queues more', () => {
  const evidence = new Evidence();
  for (let at = 0; at < 10; at += 1) {
    evidence.observe('1', session(1, { digest: 'scan' }), cost(100e6, { runQueueNs: 900e6 }), 1);
    evidence.observe('2', session(2, { digest: 'sort' }), cost(300e6, { runQueueNs: 600e6 }), 1);
  }
  expect(evidence.queuedPerCpu('scan', 4)).toBeGreaterThan(7);
  expect(evidence.queuedPerCpu('sort', 4)).toBeLessThan(3);
  expect(evidence.queuedPerCpu('never seen', 4)).toBe(4);
});
