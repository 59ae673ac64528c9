import type { CounterTotals, SampleFilter, TickTotals, UsageTotals, WaitTotals } from '../../core/reader.js';
import type { InstanceTick, SessionSample, StatementCounterSample } from '../../core/samples.js';
import type { UsageEntry } from '../../core/usage.js';
import type { WaitClass } from '../../core/wait-class.js';

/** Ledger rows summed by (kind, statement, database, user, backendType). */
export function sumUsage(entries: readonly UsageEntry[], filter: SampleFilter): UsageTotals[] {
  const sums = new Map<string, UsageTotals>();
  for (const entry of entries) {
    const key = `${entry.kind}\0${entry.statementId}\0${entry.database}\0${entry.user}\0${entry.backendType}`;
    const known = sums.get(key);
    const own = {
      ...entry,
      application: filter.application ?? null,
      clientAddress: filter.clientAddress ?? null,
    };
    sums.set(key, known === undefined ? own : plus(known, own));
  }
  return [...sums.values()];
}

/** Digest counters summed by (statement, database, user). Nested calls are inside their caller's. */
export function sumCounters(samples: readonly StatementCounterSample[]): CounterTotals[] {
  const sums = new Map<string, CounterTotals>();
  for (const sample of samples.filter(({ topLevel }) => topLevel)) {
    const key = `${sample.statementId}\0${sample.database}\0${sample.user}`;
    const known = sums.get(key);
    const next = { ...sample, coveredMs: sample.toMs - sample.fromMs };
    sums.set(key, known === undefined ? next : addCounters(known, next));
  }
  return [...sums.values()];
}

export function sumTicks(ticks: readonly InstanceTick[]): TickTotals {
  return {
    ticks: ticks.length,
    peakConnections: ticks.length === 0 ? null : Math.max(...ticks.map(connectionsAt)),
    missedTicks: ticks.reduce((sum, tick) => sum + tick.missedTicks, 0),
    elapsedMs: ticks.reduce((sum, tick) => sum + tick.elapsedMs, 0),
    cpuNs: sumKnown(ticks.map((tick) => tick.cpuNs)),
    runQueueNs: sumKnown(ticks.map((tick) => tick.runQueueNs)),
    monitorCpuNs: ticks.reduce((sum, tick) => sum + tick.monitorCpuNs, 0),
    monitorServerCpuNs: sumKnown(ticks.map((tick) => tick.monitorServerCpuNs)),
    blackoutTicks: ticks.filter(({ state }) => state === 'blackout').length,
    firstMs: ticks[0]?.atMs ?? null,
    lastMs: ticks.at(-1)?.atMs ?? null,
  };
}

function connectionsAt({ sessionsActive, sessionsIdle, sessionsIdleInTransaction }: InstanceTick): number {
  return sessionsActive + sessionsIdle + sessionsIdleInTransaction;
}

/** Samples of active sessions by wait, most first. */
export function sumWaits(samples: readonly SessionSample[]): WaitTotals[] {
  const sums = new Map<string, WaitTotals>();
  for (const { row } of samples) {
    if (row.state !== 'active') continue;
    const key = `${row.waitClass}\0${row.waitEvent}`;
    const { waitClass, waitEvent } = row;
    sums.set(key, { waitClass, waitEvent, samples: (sums.get(key)?.samples ?? 0) + 1 });
  }
  return [...sums.values()].sort((a, b) => b.samples - a.samples);
}

function plus(a: UsageTotals, b: UsageTotals): UsageTotals {
  return {
    ...a,
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    cpuNs: a.cpuNs + b.cpuNs,
    exactCpuNs: a.exactCpuNs + b.exactCpuNs,
    cpuErrorNs: Math.hypot(a.cpuErrorNs, b.cpuErrorNs),
    runQueueNs: a.runQueueNs + b.runQueueNs,
    readBytes: addKnown(a.readBytes, b.readBytes),
    writeBytes: addKnown(a.writeBytes, b.writeBytes),
    samples: a.samples + b.samples,
    waitMs: addWaits(a.waitMs, b.waitMs),
    anonPeakBytes: maxKnown(a.anonPeakBytes, b.anonPeakBytes),
    tempPeakBytes: maxKnown(a.tempPeakBytes, b.tempPeakBytes),
    durations: addArrays(a.durations, b.durations),
  };
}

function addCounters(a: CounterTotals, b: CounterTotals): CounterTotals {
  return {
    ...a,
    calls: a.calls + b.calls,
    rows: a.rows + b.rows,
    execMs: a.execMs + b.execMs,
    sharedHitBytes: addKnown(a.sharedHitBytes, b.sharedHitBytes),
    sharedReadBytes: addKnown(a.sharedReadBytes, b.sharedReadBytes),
    tempReadBytes: addKnown(a.tempReadBytes, b.tempReadBytes),
    tempWrittenBytes: addKnown(a.tempWrittenBytes, b.tempWrittenBytes),
    walBytes: addKnown(a.walBytes, b.walBytes),
    coveredMs: a.coveredMs + b.coveredMs,
  };
}

function addWaits(a: UsageTotals['waitMs'], b: UsageTotals['waitMs']): UsageTotals['waitMs'] {
  const sum: Partial<Record<WaitClass, number>> = { ...a };
  for (const [name, ms] of Object.entries(b) as [WaitClass, number][]) sum[name] = (sum[name] ?? 0) + ms;
  return sum;
}

function addArrays(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : a.map((value, index) => value + (b[index] ?? 0));
}

function addKnown(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}

function maxKnown(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function sumKnown(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => addKnown(sum, value), null);
}
