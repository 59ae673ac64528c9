import { describe, expect, it } from 'vitest';
import { deadlockAnswer } from '../../../../src/analysis/locks/deadlocks/answer/items.js';
import type { DeadlocksReport } from '../../../../src/core/deadlock-report.js';
import type { DeadlockRecord } from '../../../../src/core/lock-samples.js';
import { DEADLOCK_KINDS } from '../../../../src/core/monitor-options.js';
import { deadlocksLines } from '../../../../src/render/locks/deadlocks.js';
import { plainStyle } from '../../../../src/render/report-lines.js';
import { START } from './readings.js';

const window = { fromMs: START, toMs: START + 3_600_000 };
const parties = ['11', '12'].map((sessionId) => ({
  sessionId,
  user: 'app',
  application: 'shop',
  statementIds: ['s1'],
  holds: ['public.a'],
  waitsFor: 'public.b',
  mode: 'X',
}));

function record(change: Partial<DeadlockRecord>): DeadlockRecord {
  return {
    instance: 'db',
    deadlockId: Math.random().toString(16).slice(2),
    kind: 'happened',
    atMs: START + 60_000,
    parties,
    resources: ['public.a', 'public.b'],
    victimId: '11',
    expectedAtMs: null,
    probability: 1,
    outcome: null,
    outcomeAtMs: null,
    source: 'cycle',
    advice: 'do this',
    ...change,
  };
}

const answer = (
  records: readonly DeadlockRecord[],
  change: Partial<Parameters<typeof deadlockAnswer>[2]> = {},
) => deadlockAnswer(records, new Map(), { window, kinds: DEADLOCK_KINDS, limit: 100, ...change });

describe('scores of own predictions', () => {
  const imminent = record({
    kind: 'imminent',
    atMs: START + 59_400,
    probability: 0.9,
    outcome: 'happened',
    outcomeAtMs: START + 60_000,
  });
  const missed = record({
    kind: 'imminent',
    atMs: START + 100_000,
    probability: 0.9,
    outcome: 'resolved',
    outcomeAtMs: START + 100_500,
  });
  const latent = record({
    kind: 'latent',
    atMs: START - 500_000,
    probability: 0.8,
    parties: [],
    resources: ['public.b', 'public.a'],
  });

  it('count what came true, what was missed, and how sure they were', () => {
    const other = record({ atMs: START + 200_000, resources: ['public.z'] });
    const { scores } = answer([record({}), other, imminent, missed]);
    expect(scores).toMatchObject({
      happened: 2,
      foretold: 1,
      closed: 2,
      cameTrue: 1,
      precision: 0.5,
      recall: 0.5,
    });
    expect(scores.brier).toBeCloseTo((0.1 ** 2 + 0.9 ** 2) / 2, 9);
    expect(scores.medianLeadSeconds).toBeCloseTo(0.6, 9);
  });

  it('a pattern told before the window foretells, and the earliest prediction gives the lead', () => {
    const { items, scores } = answer([record({}), imminent, latent]);
    expect(scores.recall).toBe(1);
    expect(items.find(({ kind }) => kind === 'happened')?.leadSeconds).toBeCloseTo(560, 6);
    expect(items.map(({ kind }) => kind)).toContain('latent');
  });

  it('a prediction after the fact is none', () => {
    const late = record({ kind: 'latent', atMs: START + 61_000, probability: 0.9 });
    expect(answer([record({}), late]).scores).toMatchObject({
      foretold: 0,
      recall: 0,
      medianLeadSeconds: null,
    });
  });

  it('are null where there is nothing to count', () => {
    expect(answer([]).scores).toMatchObject({ happened: 0, precision: null, recall: null, brier: null });
  });

  it('do not depend on what was asked to be shown', () => {
    const shown = answer([record({}), imminent, missed], { kinds: ['happened'], limit: 1 });
    expect(shown.items).toHaveLength(1);
    expect(shown.scores.closed).toBe(2);
  });
});

describe('deadlocks as lines', () => {
  const report = (records: readonly DeadlockRecord[]): DeadlocksReport => ({
    schema: 'dbvitals.deadlocks/1',
    generatedAt: new Date(window.toMs).toISOString(),
    instance: 'db',
    engine: 'postgresql',
    window: {
      from: new Date(START).toISOString(),
      to: new Date(window.toMs).toISOString(),
      seconds: 3600,
      samples: 3600,
      missedTicks: 0,
    },
    limits: [],
    overhead: null,
    ...answer(records),
  });
  const lines = (records: readonly DeadlockRecord[]) => deadlocksLines(report(records), 100, plainStyle);

  it('say what stands now first, and who will be ended when', () => {
    const now = record({ kind: 'imminent', atMs: window.toMs - 200, expectedAtMs: window.toMs + 400 });
    const text = lines([now, record({})]).join('\n');
    expect(text).toContain('STANDS NOW  the server will end session 11 in 0.4 s');
    expect(text.indexOf('STANDS NOW')).toBeLessThan(text.indexOf('happened  '));
    expect(text).toContain('<- victim');
  });

  it('of a prediction that was lost sight of do not speak as of the present', () => {
    const lost = record({ kind: 'imminent', atMs: window.toMs - 60_000, expectedAtMs: window.toMs - 59_000 });
    expect(lines([lost]).join('\n')).not.toContain('STANDS NOW');
  });

  it('show no escape, whoever named the tables, users and applications', () => {
    const evil = '\u001b]0;owned\u0007\u202e<script>';
    const hostile = { user: evil, application: evil, holds: [evil], waitsFor: evil, mode: evil };
    const records = (['happened', 'imminent', 'risk', 'latent'] as const).map((kind) =>
      record({
        kind,
        atMs: window.toMs - 100,
        source: evil,
        advice: evil,
        victimId: evil,
        resources: [evil],
        parties: parties.map((party) => ({ ...party, ...hostile, sessionId: evil, statementIds: [evil] })),
      }),
    );
    expect(lines(records).join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('say plainly that there is nothing', () => {
    expect(lines([]).join('\n')).toContain('none happened, none stands');
  });
});
