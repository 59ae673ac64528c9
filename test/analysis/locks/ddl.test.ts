import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddlGuard } from '../../../src/analysis/locks/ddl/guard.js';
import type { RelationLock, RelationUse } from '../../../src/core/relation-use.js';
import { relationUse as ofMysql } from '../../../src/engines/mysql/probes/relation-use.js';
import { START_MS } from './readings.js';

const lock = (sessionId: string, more: Partial<RelationLock> = {}): RelationLock => ({
  sessionId,
  mode: 'AccessShareLock',
  granted: true,
  user: 'app',
  application: 'web',
  state: 'active',
  transactionAgeMs: 1_000,
  stateAgeMs: 1_000,
  confidence: 1,
  ...more,
});
const use = (
  afterMs: number,
  requests: number | null,
  locks: readonly RelationLock[],
  clients = 100,
): RelationUse => ({
  relation: 'public.orders',
  atMs: START_MS + afterMs,
  requests,
  clients,
  locks,
});

describe('an ALTER of now', () => {
  it('stands behind the oldest transaction, and stops who asks meanwhile, once each', () => {
    const old = lock('7', { transactionAgeMs: 20_000, state: 'idleInTransaction' });
    const guard = ddlGuard([
      use(0, 1_000, [lock('8')]),
      use(5_000, 1_050, [old, { ...old, mode: 'RowExclusiveLock' }]),
    ]);
    expect(guard).toMatchObject({
      standsBehindSeconds: 20,
      requestsPerSecond: 10,
      sessionsSeen: 2,
      // 10 a second for 20 s, but there are only 99 others.
      wouldStop: 99,
    });
    expect(guard.items).toHaveLength(1);
    expect(guard.items[0]).toMatchObject({ sessionId: '7', mode: 'RowExclusiveLock' });
    expect(guard.findings[0]).toMatchObject({
      code: 'DDL_WOULD_QUEUE',
      severity: 'critical',
      title:
        'An ALTER of public.orders now would stand behind 20.0 s of transactions and stop about 99 sessions',
    });
  });

  it('starts at once where nobody holds a lock', () => {
    const guard = ddlGuard([use(0, 5, []), use(5_000, 5, [])]);
    expect(guard).toMatchObject({ standsBehindSeconds: 0, wouldStop: 0, items: [] });
    expect(guard.findings[0]).toMatchObject({ severity: 'info', title: expect.stringContaining('at once') });
  });

  it('does not guess a rate that the server does not count', () => {
    const guard = ddlGuard([use(0, null, [lock('7')]), use(5_000, null, [lock('7')])]);
    expect(guard).toMatchObject({ requestsPerSecond: null, wouldStop: null });
    expect(guard.findings[0]?.title).toContain('an unknown number of sessions');
  });

  it('never stops more than there are, nor a negative number; a longer transaction never stops fewer', () => {
    const ms = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        ms,
        ms,
        fc.integer({ min: -50, max: 100_000 }),
        fc.integer({ min: 0, max: 500 }),
        (a, b, asked, clients) => {
          const stopped = (age: number) =>
            ddlGuard([
              use(0, 100, [], clients),
              use(5_000, 100 + asked, [lock('1', { transactionAgeMs: age })], clients),
            ]).wouldStop as number;
          const [few, many] = [stopped(Math.min(a, b)), stopped(Math.max(a, b))];
          expect(few).toBeGreaterThanOrEqual(0);
          expect(many).toBeGreaterThanOrEqual(few);
          expect(many).toBeLessThanOrEqual(clients);
        },
      ),
    );
  });
});

describe('the name of a table of MySQL', () => {
  it.each([
    ['orders', null, 'orders'],
    ['shop.orders', 'shop', 'orders'],
    ['`my shop`.`or.ders`', 'my shop', 'or.ders'],
    ['"a""b".t', 'a"b', 't'],
  ])('%s', (relation, schema, table) => {
    const tick = { relation } as unknown as Parameters<NonNullable<typeof ofMysql.parameters>>[0];
    expect(ofMysql.parameters?.(tick)).toEqual([schema, table, schema, table]);
  });
});
