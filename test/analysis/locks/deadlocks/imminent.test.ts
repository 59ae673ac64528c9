import { describe, expect, it } from 'vitest';
import { createDeadlockAnalyst } from '../../../../src/analysis/locks/deadlocks/analyst.js';
import type { InstanceFacts } from '../../../../src/core/facts.js';
import type { LockAnalyst } from '../../../../src/core/lock-analyst.js';
import { edge, reading, START } from './readings.js';

function analyst(
  settings: Record<string, string>,
  engine: 'postgresql' | 'mysql' = 'postgresql',
): LockAnalyst {
  const made = createDeadlockAnalyst('db');
  made.connected({ engine, settings } as unknown as InstanceFacts);
  return made;
}
const quiet = { clockOffsetMs: 0, sessions: [], statements: null, history: null, deadlocks: null };

describe('imminent deadlocks', () => {
  it('names who looks first after the circle has closed, on our clock', () => {
    const made = analyst({ deadlock_timeout: '1000' });
    // a looked at 1,000 ms and found nothing: the circle closed at 1,200 ms.
    const edges = [edge('a', 'b', 0), edge('b', 'c', 600), edge('c', 'a', 1200)];
    const [record] = made.observe(reading(1300, edges, 5_000)).deadlocks;
    expect(record).toMatchObject({
      kind: 'imminent',
      victimId: 'b',
      resources: ['public.orders'],
      outcome: null,
    });
    expect(record?.expectedAtMs).toBe(START + 1600 - 5_000);
    expect(record?.parties.map(({ sessionId }) => sessionId).sort()).toEqual(['a', 'b', 'c']);
  });

  it('tells a circle once, and what became of it', () => {
    const made = analyst({ deadlock_timeout: '1000' });
    const edges = [edge('a', 'b', 0), edge('b', 'a', 100)];
    const [told] = made.observe(reading(150, edges)).deadlocks;
    expect(made.observe(reading(300, edges)).deadlocks).toEqual([]);
    const after = made.observe(reading(1050, [])).deadlocks;
    expect(after.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['imminent', 'happened'],
      ['happened', null],
      ['latent', 'happened'],
    ]);
    expect(after[0]?.deadlockId).toBe(told?.deadlockId);
    expect(after[1]).toMatchObject({ victimId: 'a', probability: 1, parties: told?.parties });
  });

  it('that somebody broke up before the server acted is resolved', () => {
    const made = analyst({ deadlock_timeout: '5000' });
    made.observe(reading(150, [edge('a', 'b', 0), edge('b', 'a', 100)]));
    expect(made.observe(reading(900, [])).deadlocks).toMatchObject([
      { kind: 'imminent', outcome: 'resolved' },
    ]);
  });

  it('is not told where the queue can be reordered', () => {
    const soft = edge('b', 'a', 100, { kind: 'soft' });
    expect(analyst({}).observe(reading(150, [edge('a', 'b', 0), soft])).deadlocks).toEqual([]);
  });

  it('goes by first sight where the server does not say when a wait began', () => {
    const made = analyst({ deadlock_timeout: '1000' });
    made.observe(reading(100, [edge('a', 'b', null)]));
    const [record] = made.observe(reading(250, [edge('a', 'b', null), edge('b', 'a', null)])).deadlocks;
    expect(record).toMatchObject({ victimId: 'a', expectedAtMs: START + 1100 });
  });

  it('of InnoDB rows is no news, of rows and metadata is: nobody but a time-out ends it', () => {
    const settings = {
      innodb_deadlock_detect: 'ON',
      innodb_lock_wait_timeout: '50',
      lock_wait_timeout: '31536000',
    };
    const made = analyst(settings, 'mysql');
    const row = edge('a', 'b', 0);
    expect(made.observe(reading(10, [row, edge('b', 'a', 5)])).deadlocks).toEqual([]);
    const metadata = edge('b', 'a', 5, {
      resource: { ...row.resource, kind: 'metadata', key: 'metadata:x' },
    });
    const [record] = made.observe(reading(150, [row, metadata])).deadlocks;
    expect(record).toMatchObject({ kind: 'imminent', victimId: 'a', expectedAtMs: START + 50_000 });
    const off = analyst({ ...settings, innodb_deadlock_detect: 'OFF' }, 'mysql');
    const stands = off.observe(reading(10, [row, edge('b', 'a', 5)])).deadlocks;
    expect(stands.map(({ kind }) => kind)).toEqual(['imminent', 'latent']);
  });

  it('prove their pattern before the server breaks them, once', () => {
    const made = analyst({ deadlock_timeout: '1000' });
    const edges = [edge('a', 'b', 0), edge('b', 'a', 100)];
    const [, pattern] = made.observe(reading(150, edges)).deadlocks;
    expect(pattern).toMatchObject({
      kind: 'latent',
      resources: ['public.orders'],
      outcome: null,
      source: 'circle that stood',
    });
    made.observe(reading(1050, []));
    const again = made.observe(reading(5_150, [edge('c', 'd', 5_000), edge('d', 'c', 5_100)])).deadlocks;
    expect(again.map(({ kind }) => kind)).toEqual(['imminent']);
  });
});

describe('deadlocks that happened', () => {
  const told = {
    atMs: START + 1000,
    source: 'InnoDB status',
    victimId: 'b',
    parties: ['a', 'b'].map((sessionId) => ({
      sessionId,
      digest: `d${sessionId}`,
      text: null,
      waitsFor: 'shop.orders',
      mode: 'X',
    })),
  };

  it('are one record each, whoever tells of them and in whatever order', () => {
    const made = analyst({});
    const [first] = made.reported([told]).deadlocks;
    expect(first).toMatchObject({ kind: 'happened', victimId: 'b', atMs: START + 1000 });
    expect(made.reported([told]).deadlocks).toEqual([]);
    expect(made.tick({ ...quiet, atMs: START + 2000, deadlocks: 1 }).deadlocks).toEqual([]);
  });

  it('that only the counter knows have unknown parties, and get them when the server tells', () => {
    const made = analyst({});
    const [counted] = made.tick({ ...quiet, atMs: START + 2000, deadlocks: 1 }).deadlocks;
    expect(counted).toMatchObject({ kind: 'happened', parties: [], source: 'counter' });
    const [detailed] = made.reported([told]).deadlocks;
    expect(detailed?.deadlockId).toBe(counted?.deadlockId);
    expect(detailed?.parties).toHaveLength(2);
  });

  it('that the log tells first get the names of what was locked from the circle', () => {
    const made = analyst({ deadlock_timeout: '1000' });
    made.observe(reading(150, [edge('a', 'b', 0), edge('b', 'a', 100)]));
    const parties = told.parties.map((party) => ({ ...party, waitsFor: 'transactionid:7' }));
    const [first] = made.reported([{ ...told, source: 'log', parties }]).deadlocks;
    const [second] = made.observe(reading(1050, [])).deadlocks.filter(({ kind }) => kind === 'happened');
    expect(first).toMatchObject({ resources: ['transactionid:7'] });
    expect(second).toMatchObject({
      deadlockId: first?.deadlockId,
      resources: ['public.orders'],
      victimId: 'b',
      source: 'log, cycle seen',
    });
    expect(made.tick({ ...quiet, atMs: START + 9000, deadlocks: 1 }).deadlocks).toEqual([]);
  });

  it('that stood as a circle are not counted again', () => {
    const made = analyst({ deadlock_timeout: '1000' });
    made.observe(reading(150, [edge('a', 'b', 0), edge('b', 'a', 100)]));
    made.observe(reading(1050, []));
    expect(made.tick({ ...quiet, atMs: START + 9000, deadlocks: 2 }).deadlocks).toHaveLength(1);
  });
});
