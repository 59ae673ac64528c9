import { expect, it } from 'vitest';
import type { SampleReader } from '../../src/core/reader.js';
import type { SessionSample } from '../../src/core/samples.js';
import { type AnswerContext, answerSessions } from '../../src/monitor/answers.js';

const NOW = 1_700_000_000_000;

const sample = (id: string, state: 'active' | 'idle', agoMs: number) =>
  ({
    atMs: NOW - agoMs,
    sessionId: id,
    statementId: null,
    row: {
      id,
      kind: 'client',
      state,
      blockedBy: [],
      startedAtMs: null,
      transactionStartedAtMs: null,
      statementStartedAtMs: null,
    },
    cost: null,
    client: null,
  }) as unknown as SessionSample;

/** A collector's rows are written every five seconds: the newest that can be read are some seconds old. */
it('what is there now: idle sessions, stored every tenth tick, until a whole turn is over without them', async () => {
  const stored = [
    sample('busy', 'active', 5_500),
    sample('idle', 'idle', 15_000),
    sample('ended', 'idle', 18_000),
    sample('done', 'active', 8_000),
  ];
  const reader = {
    sessions: async (_: string, { fromMs }: { fromMs: number }) =>
      stored.filter(({ atMs }) => atMs >= fromMs),
    ticks: async () => ({
      ticks: 1,
      missedTicks: 0,
      cpuNs: null,
      elapsedMs: 1,
      monitorCpuNs: 0,
      monitorServerCpuNs: null,
    }),
    texts: async () => new Map(),
  } as unknown as SampleReader;
  const context = {
    reader,
    clock: { nowMs: () => NOW },
    engine: 'postgresql',
    limits: [],
    pooler: null,
    host: {},
  };
  const { items } = await answerSessions(context as unknown as AnswerContext, { database: 'x' });
  expect(items.map(({ sessionId }) => sessionId)).toEqual(['busy', 'idle']);
});
