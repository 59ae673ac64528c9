import type { LockContext } from '../../../src/analysis/locks/answer/context.js';
import { lockAnswer } from '../../../src/analysis/locks/answer/report.js';
import type { LockReading } from '../../../src/core/locks.js';
import type { TickTotals } from '../../../src/core/reader.js';
import type { CounterSample } from '../../../src/core/samples.js';
import { observed, START_MS } from './readings.js';

export const NO_TICKS: TickTotals = {
  peakConnections: null,
  ticks: 0,
  missedTicks: 0,
  elapsedMs: 0,
  cpuNs: null,
  runQueueNs: null,
  monitorCpuNs: 0,
  monitorServerCpuNs: null,
  blackoutTicks: 0,
  firstMs: null,
  lastMs: null,
};

export const CONTEXT: LockContext = { engine: 'postgresql', texts: new Map(), sessions: new Map() };

/** The answer about readings, as it stands `afterMs` later, or over all of them. */
export function answered(
  readings: readonly LockReading[],
  options: {
    readonly afterMs?: number;
    readonly overWindow?: boolean;
    readonly context?: LockContext;
    readonly counters?: readonly CounterSample[];
  } = {},
) {
  const { edges, sessions } = observed(readings);
  return lockAnswer(
    {
      edges,
      sessions,
      counters: options.counters ?? [],
      waits: [],
      ticks: NO_TICKS,
      anonBytes: null,
      fromMs: START_MS - 60_000,
      shownMs: START_MS + (options.afterMs ?? 0),
      overWindow: options.overWindow ?? false,
    },
    options.context ?? CONTEXT,
  );
}
