import { CounterTable } from '../core/delta.js';
import type { CounterReading } from '../core/probe.js';
import type { ProcessCost } from '../core/process.js';
import type { CounterSample, InstanceTick } from '../core/samples.js';
import type { SessionRow } from '../core/session.js';
import type { TrackedCosts } from './tracker.js';

export class ServerCounters extends CounterTable {}

/** Counters as increases since the last reading, gauges as they are. */
export function counterSamples(
  instance: string,
  readings: readonly CounterReading[],
  table: ServerCounters,
  atMs: number,
): CounterSample[] {
  return readings.flatMap(({ name, object, kind, value, epoch }): CounterSample[] => {
    if (kind === 'gauge') return [{ atMs, instance, name, object, kind, value, elapsedMs: 0 }];
    const change = table.next(`${name}/${object}`, { epoch, value }, atMs);
    // A clock that stepped back makes a gap, not a negative interval.
    if (change === null || change.elapsedMs <= 0) return [];
    return [{ atMs, instance, name, object, kind, value: change.increase, elapsedMs: change.elapsedMs }];
  });
}

/** The increase of the server's own count of deadlocks, whatever its view calls it; null where none is among the rows. */
export function deadlocksIn(rows: readonly CounterSample[]): number | null {
  const counts = rows.filter(({ kind, name }) => kind === 'counter' && /deadlocks$/i.test(name));
  return counts.length === 0 ? null : counts.reduce((sum, { value }) => sum + value, 0);
}

/** Below it a clock offset is mostly the round trip that measured it. */
const LEAST_OFFSET_MS = 100;

/**
 * A session whose times, all but its start (which is part of its name), are by the collector's clock, as the sample's
 * own time is: an age is their difference, however far the clocks are apart or stepped.
 */
export function onOurClock(row: SessionRow, clockOffsetMs: number): SessionRow {
  if (Math.abs(clockOffsetMs) < LEAST_OFFSET_MS) return row;
  const shifted = (ms: number | null) => (ms === null ? null : ms - clockOffsetMs);
  return {
    ...row,
    statementStartedAtMs: shifted(row.statementStartedAtMs),
    transactionStartedAtMs: shifted(row.transactionStartedAtMs),
    stateChangedAtMs: shifted(row.stateChangedAtMs),
  };
}

export interface TickFigures {
  readonly atMs: number;
  readonly elapsedMs: number;
  readonly missedTicks: number;
  readonly snapshotMs: number | null;
  readonly maxConnections: number | null;
  /** The instance's processes are on this host and were read. */
  readonly measured: boolean;
  readonly monitorCpuNs: number;
  readonly monitorServerCpuNs: number | null;
}

export function instanceTick(
  instance: string,
  state: InstanceTick['state'],
  sessions: readonly SessionRow[],
  costs: TrackedCosts,
  figures: TickFigures,
): InstanceTick {
  const counts = { active: 0, idle: 0, idleInTransaction: 0, background: 0 };
  for (const { kind, state } of sessions) {
    if (kind !== 'client') counts.background += 1;
    else if (state === 'active') counts.active += 1;
    else if (state === 'idle') counts.idle += 1;
    if (state.startsWith('idleInTransaction')) counts.idleInTransaction += 1;
  }
  const totals = figures.measured ? sumOf(costs.costs.values()) : null;
  const { measured: _, ...rest } = figures;
  return {
    ...rest,
    instance,
    state,
    sessionsActive: counts.active,
    sessionsIdle: counts.idle,
    sessionsIdleInTransaction: counts.idleInTransaction,
    sessionsBackground: counts.background,
    cpuNs: totals === null ? null : totals.cpuNs + costs.endedCpuNs,
    runQueueNs: totals?.runQueueNs ?? null,
    readBytes: totals?.readBytes ?? null,
    writeBytes: totals?.writeBytes ?? null,
    anonBytes: totals?.anonBytes ?? null,
    timeslices: totals?.timeslices ?? null,
    minorFaults: totals?.minorFaults ?? null,
    majorFaults: totals?.majorFaults ?? null,
    blockIoDelayMs: totals?.blockIoDelayMs ?? null,
  };
}

/** What is not known of a process counts as nothing; delays are known of all or of none. */
function sumOf(costs: Iterable<ProcessCost>) {
  const sum = {
    cpuNs: 0,
    runQueueNs: 0,
    readBytes: 0,
    writeBytes: 0,
    anonBytes: 0,
    timeslices: 0,
    minorFaults: 0,
    majorFaults: 0,
    blockIoDelayMs: null as number | null,
  };
  for (const cost of costs) {
    sum.cpuNs += cost.cpuNs;
    sum.runQueueNs += cost.runQueueNs ?? 0;
    sum.readBytes += cost.readBytes ?? 0;
    sum.writeBytes += cost.writeBytes ?? 0;
    sum.anonBytes += cost.anonBytes ?? 0;
    sum.timeslices += cost.timeslices ?? 0;
    sum.minorFaults += cost.minorFaults ?? 0;
    sum.majorFaults += cost.majorFaults ?? 0;
    if (cost.blockIoDelayMs !== null) sum.blockIoDelayMs = (sum.blockIoDelayMs ?? 0) + cost.blockIoDelayMs;
  }
  return sum;
}
