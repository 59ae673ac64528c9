import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rootCosts } from '../../../src/analysis/locks/answer/cost.js';
import { criticalityOf } from '../../../src/analysis/locks/answer/long.js';
import { worstMoment } from '../../../src/analysis/locks/answer/moment.js';
import { answered, CONTEXT } from './answers.js';
import { edge, fan, observed, ROW, reading, START_MS, session, TABLE } from './readings.js';

describe('the answer about one moment', () => {
  it('ranks root blockers by what is waited behind them, and says what would come free', () => {
    const { items, graph } = answered([
      reading(0, [edge('2', '1', 1_000), edge('3', '2', 500), edge('8', '7', 9_000)]),
    ]);
    expect(items.map((item) => [item.sessionId, item.blockedSessions, item.wouldFree])).toEqual([
      ['7', 1, { atOnce: 1, inTheEnd: 1 }],
      ['1', 2, { atOnce: 1, inTheEnd: 2 }],
    ]);
    expect(items[1]?.blockedSessionSeconds).toBeCloseTo(1.5);
    expect(graph.nodes.find(({ sessionId }) => sessionId === '3')).toMatchObject({
      waitsFor: { mode: 'ShareLock', resource: 'row (0,5) of public.accounts' },
      waitSeconds: 0.5,
      transactionAgeSeconds: 5,
    });
  });

  it('shows soft blocks: readers behind an ALTER behind a long SELECT', () => {
    const alter = edge('2', '1', 4_000, { resource: TABLE, mode: 'AccessExclusiveLock' });
    const soft = { resource: TABLE, kind: 'soft', mode: 'AccessShareLock' } as const;
    const { items, graph } = answered([
      reading(0, [alter, edge('3', '2', 2_000, soft), edge('4', '2', 1_000, soft)]),
    ]);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      sessionId: '1',
      blockedSessions: 3,
      wouldFree: { atOnce: 1, inTheEnd: 3 },
    });
    expect(graph.edges.filter(({ kind }) => kind === 'soft')).toHaveLength(2);
  });

  it('names the command for a prepared transaction, an idle one and a working one, as text', () => {
    const idle = session('1', { state: 'idleInTransaction' });
    const prepared = session("prepared:it's mine", { state: 'unknown', backendType: 'prepared transaction' });
    const { items } = answered([
      reading(0, [edge('2', '1', 900), edge('4', '3', 800), edge('6', prepared.id, 700)], {
        sessions: [idle, prepared],
      }),
    ]);
    expect(items[0]?.advice).toContain('SELECT pg_terminate_backend(1);');
    expect(items[1]?.advice).toContain('SELECT pg_cancel_backend(3);');
    expect(items[2]?.advice).toContain("ROLLBACK PREPARED 'it''s mine';");
    const mysql = answered([reading(0, [edge('2', '1', 900)])], { context: { ...CONTEXT, engine: 'mysql' } });
    expect(mysql.items[0]?.advice).toContain('KILL QUERY 1;');
  });

  it('never puts a strange session id into a command', () => {
    const { items } = answered([reading(0, [edge('2', '1); DROP TABLE x; --', 900)])]);
    expect(items[0]?.advice).toContain('pg_cancel_backend(…)');
    expect(items[0]?.advice).not.toContain('DROP');
  });

  it('shows a cycle as such', () => {
    const { graph, items, findings } = answered([
      reading(0, [edge('1', '2', 500), edge('2', '1', 400), edge('3', '1', 300)]),
    ]);
    expect(graph.cycles.map((cycle) => [...cycle].sort())).toEqual([['1', '2']]);
    expect(items.every(({ inCycle }) => inCycle)).toBe(true);
    expect(findings.map(({ code }) => code)).toEqual(['LOCK_CYCLE']);
  });

  it('what ended is not there any more; what the server counts of a rollback is', () => {
    const holder = session('1', { rowsModified: 1200, rowsLocked: 3000 });
    const readings = [
      reading(0, [edge('2', '1', 100), edge('8', '7', 100)]),
      reading(1_500, [edge('2', '1', 100)], { sessions: [holder] }),
    ];
    const { items } = answered(readings, { afterMs: 1_600, context: { ...CONTEXT, engine: 'mysql' } });
    expect(items.map(({ sessionId }) => sessionId)).toEqual(['1']);
    expect(items[0]?.rollbackCost).toMatchObject({ rowsModified: 1200, rowsLocked: 3000 });
    expect(items[0]?.rollbackCost.text).toMatch(/^1200 modified rows to undo/);
    expect(answered(readings, { afterMs: 10_000 }).items).toEqual([]);
  });
});

describe('when the lane of locks is slower than the samples of sessions', () => {
  const sampled = (id: string, afterMs: number, waitClass: string) =>
    [
      id,
      { sessionId: id, kind: 'client', waitClass, at: new Date(START_MS + afterMs).toISOString() },
    ] as const;
  const at = (...sessions: ReturnType<typeof sampled>[]) =>
    answered([reading(0, [edge('2', '1', 500)])], {
      afterMs: 20_000,
      context: { ...CONTEXT, sessions: new Map(sessions) as unknown as typeof CONTEXT.sessions },
    });

  it('shows the last graph while somebody still waits', () => {
    expect(at(sampled('2', 19_900, 'lockRow')).items).toHaveLength(1);
  });

  it('shows none when the last sample of a wait is older than those of others', () => {
    expect(at(sampled('2', 12_000, 'lockRow'), sampled('9', 19_900, 'cpu')).items).toEqual([]);
  });
});

describe('the answer over a range', () => {
  it('charges waiting to the root it was spent behind, and shows the worst moment', () => {
    const third = edge('3', '1', 0);
    const readings = [
      reading(0, [edge('2', '1', 0), third]),
      reading(1_000, [edge('2', '1', 0), third]),
      reading(2_000, [{ ...third, blockerId: '2' }]),
      reading(5_000, [{ ...third, blockerId: '2' }]),
    ];
    const { edges } = observed(readings);
    expect(rootCosts(edges, START_MS).map(({ id, seconds }) => [id, seconds])).toEqual([
      ['2', 4],
      ['1', 2],
    ]);
    expect(worstMoment(edges)).toBe(START_MS + 1_000);
  });

  it('no waiting is lost or invented: with one root its cost is the sum of the waits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 100, max: 1_300 }), { minLength: 1, maxLength: 20 }),
        (steps) => {
          let at = 0;
          const waiters = ['2', '3', '4'].map((id) => edge(id, '1', 700));
          const readings = [0, ...steps].map((step) => {
            at += step;
            return reading(at, waiters);
          });
          const { edges, episodes } = observed(readings, at + 5_000);
          const last = Math.max(...edges.map(({ atMs }) => atMs)) - START_MS;
          expect(rootCosts(edges, START_MS - 60_000)[0]?.seconds).toBeCloseTo((3 * (700 + last)) / 1000, 3);
          expect(episodes.at(-1)?.sessionSeconds).toBeCloseTo((3 * (700 + at)) / 1000, 3);
        },
      ),
    );
  });
});

describe('long transactions', () => {
  it('are ranked by what they hold against what is asked for', () => {
    const old = (id: string) =>
      session(id, { transactionStartedAtMs: START_MS - 300_000, state: 'idleInTransaction' });
    const holds = (id: string, mode: string, resource = TABLE) =>
      ({ sessionId: id, mode, resource, granted: true, waitStartedAtMs: null, fastPath: false }) as const;
    const other = { ...TABLE, key: 'table:7', relation: 'public.quiet' };
    const { longTransactions } = answered([
      reading(0, [edge('2', '1', 20_000), edge('3', '5', 100, { resource: other })], {
        sessions: [old('1'), old('5')],
        locks: [holds('1', 'RowExclusiveLock'), holds('5', 'RowExclusiveLock', other)],
      }),
    ]);
    expect(longTransactions.map(({ sessionId }) => sessionId)).toEqual(['1', '5']);
    expect(longTransactions[0]).toMatchObject({ demandSeconds: 20, transactionAgeSeconds: 300 });
  });

  it('weigh more the stronger their mode, the greater the demand and the older they are', () => {
    const hold = (mode: string) => [{ mode, kind: 'table', relation: 't', index: null, locks: 1 }] as const;
    const asked = new Map([['t', 30]]);
    expect(criticalityOf(hold('AccessExclusiveLock'), asked, 0, 100)).toBeGreaterThan(
      criticalityOf(hold('RowExclusiveLock'), asked, 0, 100),
    );
    expect(criticalityOf(hold('RowExclusiveLock'), asked, 0, 100)).toBeGreaterThan(
      criticalityOf(hold('RowExclusiveLock'), new Map(), 0, 100),
    );
    expect(criticalityOf(hold('RowExclusiveLock'), asked, 0, 1000)).toBeGreaterThan(
      criticalityOf(hold('RowExclusiveLock'), asked, 0, 100),
    );
    expect(criticalityOf([], asked, 0, 1e9)).toBe(0);
  });
});

describe('escalation', () => {
  const counter = (name: string, value: number, afterMs: number, object = '') =>
    ({ atMs: START_MS + afterMs, instance: 'db', name, object, kind: 'gauge', value, elapsedMs: 0 }) as const;
  const codes = (found: ReturnType<typeof answered>) => found.escalation.map(({ code }) => code);

  it('a table lock that becomes stronger within one transaction', () => {
    const holds = (mode: string) => ({
      locks: [
        {
          sessionId: '1',
          mode,
          resource: TABLE,
          granted: true,
          waitStartedAtMs: null,
          fastPath: false,
        } as const,
      ],
    });
    const found = answered([
      reading(0, [edge('2', '1', 500)], holds('RowExclusiveLock')),
      reading(2_000, [edge('2', '1', 500)], holds('AccessExclusiveLock')),
    ]);
    expect(found.escalation[0]).toMatchObject({
      code: 'LOCK_MODE_UPGRADE',
      title:
        'Session 1 (app) went from RowExclusiveLock to AccessExclusiveLock on public.accounts within one transaction',
    });
  });

  it('the lock table: share used, and when it is full at the present slope', () => {
    const counters = [0, 10_000, 20_000].flatMap((at) => [
      counter('locks.used', 3_000 + at / 10, at),
      counter('locks.capacity', 6_400, at),
    ]);
    const found = answered([], { counters });
    expect(found.escalation[0]).toMatchObject({ code: 'LOCK_TABLE_FILLS', severity: 'critical' });
    expect(found.escalation[0]?.title).toContain('78 % full, and full in 14 s');
    expect(
      codes(answered([], { counters: [counter('locks.used', 40, 0), counter('locks.capacity', 6_400, 0)] })),
    ).toEqual([]);
  });

  it('predicate locks promoted to pages and tables', () => {
    const counters = [
      ['tuple', 4],
      ['page', 30],
      ['relation', 12],
    ].map(([object, value]) => counter('locks.predicate', Number(value), 0, String(object)));
    expect(codes(answered([], { counters }))).toEqual(['LOCK_PREDICATE_PROMOTION']);
  });

  it('rows locked that grow, gap locks and AUTO-INC on InnoDB', () => {
    const gap = { ...ROW, key: 'gap:1', kind: 'gap' as const };
    const locks = Array.from({ length: 30 }, () => ({
      sessionId: '1',
      mode: 'X,GAP',
      resource: gap,
      granted: true,
      waitStartedAtMs: null,
      fastPath: null,
    }));
    const auto = edge('2', '1', 500, { mode: 'AUTO_INC', resource: TABLE });
    const found = answered([
      reading(0, [auto], { sessions: [session('1', { rowsLocked: 100 })], locks }),
      reading(2_000, [auto], { sessions: [session('1', { rowsLocked: 20_100 })], locks }),
    ]);
    expect(codes(found)).toEqual(['LOCK_ROWS_GROW', 'LOCK_GAPS', 'LOCK_AUTO_INC']);
    expect(found.escalation[0]?.title).toContain('20100 rows locked, 10000 more each second');
  });
});

describe('what keeps dead rows', () => {
  it('is the newest reading of each holder, the oldest horizon first, with a finding when it is old', () => {
    const at = (object: string, value: number, afterMs: number) =>
      ({
        atMs: START_MS + afterMs,
        instance: 'db',
        name: 'horizon.age',
        object,
        kind: 'gauge',
        value,
        elapsedMs: 0,
      }) as const;
    const { xminHolders, findings } = answered([], {
      counters: [
        at('session:9', 5, 0),
        at('slot:old', 12_000_000, 10_000),
        at('standby:replica 1', 40, 10_000),
      ],
    });
    expect(xminHolders.map(({ kind, name, age }) => [kind, name, age])).toEqual([
      ['slot', 'old', 12_000_000],
      ['standby', 'replica 1', 40],
    ]);
    expect(findings.map(({ code }) => code)).toEqual(['XMIN_HORIZON_OLD']);
  });
});

describe('a fan of 200', () => {
  it('is 200 nodes behind one root', () => {
    const { items, graph } = answered([reading(0, fan(200))]);
    expect(graph.nodes).toHaveLength(201);
    expect(items[0]).toMatchObject({ blockedSessions: 200, wouldFree: { atOnce: 1, inTheEnd: 200 } });
  });
});
