import { describe, expect, it } from 'vitest';
import { createContentionAnalyst } from '../../../src/analysis/locks/contention/analyst.js';
import { sessionIdOf, statementIdOf } from '../../../src/core/ids.js';
import { sampleAt } from '../../store/rows.js';
import { edge, fan, observed, ROW, reading, START_MS, session, TABLE } from './readings.js';

describe('what is kept of a jam', () => {
  it('edges and sessions when they first show and once a second, each waiter together', () => {
    const readings = Array.from({ length: 15 }, (_, index) => reading(index * 150, fan(3)));
    const { edges, sessions } = observed(readings);
    const times = [...new Set(edges.map(({ atMs }) => atMs - START_MS))];
    expect(times).toEqual([0, 1050, 2100]);
    expect(edges).toHaveLength(3 * 3);
    expect(new Set(sessions.map(({ id }) => id))).toEqual(new Set(['1', '1000', '1001', '1002']));
    expect(edges[0]).toMatchObject({
      waiterSessionId: sessionIdOf('db', '1000', START_MS - 3_600_000),
      waiterStatementId: statementIdOf('db', 'd1000'),
      waitMs: 60_000,
      blockerState: 'active',
      blockerTransactionAgeMs: 5_000,
    });
  });

  it('a change of the queue at once', () => {
    const { edges } = observed([
      reading(0, [edge('2', '1', 100), edge('3', '1', 50)]),
      reading(150, [edge('3', '2', 50)], {}),
    ]);
    expect(edges.at(-1)).toMatchObject({ waiterId: '3', blockerId: '2', atMs: START_MS + 150, waitMs: 200 });
  });

  it('waits since they were first seen where the server does not say', () => {
    const open = edge('2', '1', 0, { waitStartedAtMs: null });
    const { edges } = observed([reading(0, [open]), reading(1_200, [open])]);
    expect(edges.map(({ waitMs }) => waitMs)).toEqual([0, 1_200]);
  });

  it('holds, counted and the strongest first, without what every transaction holds', () => {
    const lock = (mode: string, resource = TABLE) =>
      ({ sessionId: '1', mode, resource, granted: true, waitStartedAtMs: null, fastPath: false }) as const;
    const own = { ...ROW, key: 'transaction:77', kind: 'transaction' as const, relation: null };
    const { sessions } = observed([
      reading(0, [edge('2', '1', 500)], {
        locks: [
          lock('RowShareLock'),
          lock('AccessExclusiveLock'),
          lock('ExclusiveLock', own),
          lock('RowShareLock'),
        ],
      }),
    ]);
    expect(sessions.find(({ id }) => id === '1')).toMatchObject({
      slowPathLocks: 2,
      holds: [
        { mode: 'AccessExclusiveLock', relation: 'public.accounts', locks: 1 },
        { mode: 'RowShareLock', relation: 'public.accounts', locks: 2 },
      ],
    });
  });
});

describe('an episode', () => {
  it('is told once at first sight, kept at its start, each ten seconds and at its end', () => {
    const readings = Array.from({ length: 151 }, (_, index) => reading(index * 150, [edge('2', '1', 400)]));
    const { episodes, events } = observed([...readings, reading(22_650, [])], 26_000);
    expect(events.map(({ code, atMs }) => [code, atMs - START_MS])).toEqual([
      ['CONTENTION', 0],
      ['CONTENTION_ENDED', 26_000],
    ]);
    expect(events[0]?.message).toBe(
      '1 session waits behind session 1 (app), active: row (0,5) of public.accounts',
    );
    expect(episodes.map(({ endedAtMs }) => endedAtMs)).toEqual([null, null, null, START_MS + 22_500]);
    expect(new Set(episodes.map(({ episodeId }) => episodeId)).size).toBe(1);
    expect(episodes.at(-1)).toMatchObject({
      startedAtMs: START_MS - 400,
      peakWaiters: 1,
      victims: 1,
      rootId: '1',
      roots: 1,
      statementIds: [statementIdOf('db', 'd2')],
    });
    expect(episodes.at(-1)?.sessionSeconds).toBeCloseTo(22.9, 6);
  });

  it('goes on when the holder commits and the next in the queue holds: one jam, its costliest root', () => {
    const third = edge('3', '1', 8_000);
    const { episodes } = observed(
      [
        reading(0, [edge('2', '1', 9_000), third]),
        reading(2_000, [edge('2', '1', 9_000), third]),
        // 1 commits; 2 has the row and 3 waits for 2.
        reading(2_150, [{ ...third, blockerId: '2' }]),
        reading(3_150, [{ ...third, blockerId: '2' }]),
      ],
      10_000,
    );
    const last = episodes.at(-1);
    expect(new Set(episodes.map(({ episodeId }) => episodeId)).size).toBe(1);
    expect(last).toMatchObject({ rootId: '1', roots: 2, victims: 2, peakWaiters: 2 });
    // 2 waited 11 s, 3 waited 11.15 s; then 1 s... of 3 behind 2.
    expect(last?.sessionSeconds).toBeCloseTo(11 + 11.15, 3);
    expect(last?.rootSessionSeconds).toBeCloseTo(9 + 8 + 2 + 2, 3);
  });

  it('of a hot row whose waiters come and go is one, found by the row', () => {
    const readings = Array.from({ length: 40 }, (_, index) => {
      const [waiter, holder] = [String(100 + index), String(99 + index)];
      return reading(index * 300, [edge(waiter, holder, 20 - index * 300)]);
    });
    const { episodes, events } = observed(readings, 20_000);
    expect(events.map(({ code }) => code)).toEqual(['CONTENTION', 'CONTENTION_ENDED']);
    expect(episodes.at(-1)).toMatchObject({ victims: 40, roots: 40, peakWaiters: 1 });
  });

  it('of two rows is two', () => {
    const other = { ...ROW, key: 'row:16384:(0,9)', row: '(0,9)' };
    const { episodes } = observed(
      [reading(0, [edge('2', '1', 500), edge('4', '3', 500, { resource: other })])],
      5_000,
    );
    expect(new Set(episodes.map(({ episodeId }) => episodeId)).size).toBe(2);
  });

  it('lasts while the lane is paused and samples still show waiters', () => {
    const analyst = createContentionAnalyst('db');
    const tick = { clockOffsetMs: 0, statements: null, history: null, deadlocks: null };
    const { row } = sampleAt(START_MS, '2', 'app');
    analyst.observe(reading(0, [edge('2', '1', 500)]));
    expect(analyst.tick({ ...tick, atMs: START_MS + 20_000, sessions: [row] }).episodes).toEqual([]);
    const again = analyst.observe(reading(30_000, [edge('2', '1', 500)]));
    expect(again.episodes[0]).toMatchObject({
      startedAtMs: START_MS - 500,
      sessionSeconds: 30.5,
      endedAtMs: null,
    });
    expect(analyst.tick({ ...tick, atMs: START_MS + 40_000, sessions: [] }).episodes[0]?.endedAtMs).toBe(
      START_MS + 30_000,
    );
  });

  it('is not made of a wait that is over within a tenth of a second', () => {
    const { episodes, events, edges } = observed([reading(0, [edge('2', '1', 30)]), reading(150, [])], 5_000);
    expect(edges).toHaveLength(1);
    expect([episodes, events]).toEqual([[], []]);
  });

  it('a session id that the server used again is another session', () => {
    const again = session('1', { startedAtMs: START_MS + 1 });
    const { sessions } = observed([
      reading(0, [edge('2', '1', 500)]),
      reading(2_000, [edge('2', '1', 500)], { sessions: [again] }),
    ]);
    expect(new Set(sessions.filter(({ id }) => id === '1').map(({ sessionId }) => sessionId)).size).toBe(2);
  });

  it('a thousand waiters on one row are one jam behind one root', () => {
    const readings = Array.from({ length: 10 }, (_, index) => reading(index * 150, fan(1_000)));
    const { episodes } = observed(readings, 10_000);
    expect(episodes.at(-1)).toMatchObject({ peakWaiters: 1_000, victims: 1_000, rootId: '1', roots: 1 });
  });
});
