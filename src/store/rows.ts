import { DURATION_BUCKETS } from '../core/duration-histogram.js';
import type { SampleFilter, TickTotals, UsageTotals } from '../core/reader.js';
import type { InstanceTick, SessionSample } from '../core/samples.js';
import type { StatementText } from '../core/statement.js';
import { WAIT_CLASSES, type WaitClass } from '../core/wait-class.js';
import { type Flat, maybe, textOf } from './flat.js';
import { snake } from './schema.js';
import { quote } from './sql-quote.js';

const CLASSES: readonly WaitClass[] = [...WAIT_CLASSES, 'other'];
const SUMS = ['cpu_ns', 'exact_cpu_ns', 'run_queue_ns', 'read_bytes', 'write_bytes', 'samples'];

/** The aggregates of a usage answer. Errors of independent intervals add in squares. */
export function usageSums(): string {
  return [
    ...SUMS.map((name) => `sum(${name})::DOUBLE AS ${name}`),
    'sqrt(sum(cpu_error_ns::DOUBLE * cpu_error_ns)) AS cpu_error_ns',
    'max(anon_peak_bytes)::DOUBLE AS anon_peak_bytes',
    'max(temp_peak_bytes)::DOUBLE AS temp_peak_bytes',
    ...CLASSES.map((name) => `sum(wait_${snake(name)}_ms) AS wait_${snake(name)}_ms`),
    ...Array.from({ length: DURATION_BUCKETS }, (_, i) => `sum(duration_${i})::DOUBLE AS duration_${i}`),
  ].join(', ');
}

export function usageTotals(instance: string, row: Flat, filter: SampleFilter): UsageTotals {
  const waits = CLASSES.flatMap((name) => {
    const ms = maybe(row[`wait_${snake(name)}_ms`]);
    return ms === null || ms === 0 ? [] : [[name, ms] as const];
  });
  return {
    instance,
    fromMs: Number(row.from_ms),
    toMs: Number(row.to_ms),
    kind: row.kind as UsageTotals['kind'],
    statementId: textOf(row.statement_id),
    database: textOf(row.database),
    user: textOf(row.user),
    application: filter.application ?? null,
    clientAddress: filter.clientAddress ?? null,
    backendType: textOf(row.backend_type),
    cpuNs: Number(row.cpu_ns),
    exactCpuNs: Number(row.exact_cpu_ns),
    cpuErrorNs: Number(row.cpu_error_ns),
    runQueueNs: Number(row.run_queue_ns),
    readBytes: maybe(row.read_bytes),
    writeBytes: maybe(row.write_bytes),
    samples: Number(row.samples),
    waitMs: Object.fromEntries(waits),
    anonPeakBytes: maybe(row.anon_peak_bytes),
    tempPeakBytes: maybe(row.temp_peak_bytes),
    durations: Array.from({ length: DURATION_BUCKETS }, (_, i) => maybe(row[`duration_${i}`]) ?? 0),
  };
}

export function tickTotals(row: Flat): TickTotals {
  return {
    ticks: Number(row.ticks ?? 0),
    peakConnections: maybe(row.peak),
    missedTicks: Number(row.missed ?? 0),
    elapsedMs: Number(row.elapsed ?? 0),
    cpuNs: maybe(row.cpu),
    runQueueNs: maybe(row.queue),
    monitorCpuNs: Number(row.own ?? 0),
    monitorServerCpuNs: maybe(row.server),
    blackoutTicks: Number(row.blackout ?? 0),
    firstMs: maybe(row.first),
    lastMs: maybe(row.last),
  };
}

export function tickOf(row: Flat): InstanceTick {
  return {
    atMs: Number(row.at_ms),
    instance: String(row.instance),
    elapsedMs: Number(row.elapsed_ms),
    state: row.state as InstanceTick['state'],
    missedTicks: Number(row.missed_ticks),
    sessionsActive: Number(row.sessions_active),
    sessionsIdle: Number(row.sessions_idle),
    sessionsIdleInTransaction: Number(row.sessions_idle_in_transaction),
    sessionsBackground: Number(row.sessions_background),
    maxConnections: maybe(row.max_connections),
    cpuNs: maybe(row.cpu_ns),
    runQueueNs: maybe(row.run_queue_ns),
    readBytes: maybe(row.read_bytes),
    writeBytes: maybe(row.write_bytes),
    anonBytes: maybe(row.anon_bytes),
    timeslices: maybe(row.timeslices),
    minorFaults: maybe(row.minor_faults),
    majorFaults: maybe(row.major_faults),
    blockIoDelayMs: maybe(row.block_io_delay_ms),
    monitorServerCpuNs: maybe(row.monitor_server_cpu_ns),
    monitorCpuNs: Number(row.monitor_cpu_ns),
    snapshotMs: maybe(row.snapshot_ms),
  };
}

/** A stored sample joined with its session. */
export function sessionSample(row: Flat): SessionSample {
  const atMs = Number(row.at_ms);
  const since = (age: unknown) => (age === null ? null : atMs - Number(age));
  const bytes = (kb: unknown) => (kb === null ? null : Number(kb) * 1024);
  return {
    atMs,
    instance: String(row.instance),
    sessionId: String(row.session_id),
    statementId: textOf(row.statement_id),
    row: {
      id: String(row.id),
      startedAtMs: maybe(row.started_at_ms),
      osPid: maybe(row.os_pid),
      osTid: maybe(row.os_tid),
      kind: row.kind as SessionSample['row']['kind'],
      backendType: String(row.backend_type),
      leaderId: textOf(row.leader_id),
      database: textOf(row.database),
      user: textOf(row.user),
      application: textOf(row.application),
      clientAddress: textOf(row.client_address),
      clientPort: maybe(row.client_port),
      state: row.state as SessionSample['row']['state'],
      digest: null,
      waitEventType: textOf(row.wait_event_type),
      waitEvent: textOf(row.wait_event),
      waitClass: row.wait_class as WaitClass,
      statementStartedAtMs: since(row.statement_age_ms),
      transactionStartedAtMs: since(row.transaction_age_ms),
      stateChangedAtMs: since(row.state_age_ms),
      blockedBy: textOf(row.blocked_by)?.split(',') ?? [],
      tempBytes: bytes(row.temp_kb),
    },
    cost: row.elapsed_ms === null ? null : costOf(row, bytes),
    client:
      row.client_pid === null
        ? null
        : {
            pid: Number(row.client_pid),
            command: String(row.client_command),
            container: textOf(row.client_container),
          },
  };
}

export function statementText(row: Flat): StatementText {
  return {
    statementId: String(row.statement_id),
    instance: String(row.instance),
    digest: String(row.digest),
    canonicalDigest: String(row.digest),
    text: textOf(row.text),
    command: textOf(row.command),
    source: row.source as StatementText['source'],
    truncated: row.truncated === true,
  };
}

/** Conditions of the filters that are set, each with its AND. */
export function filterSql(filter: SampleFilter, prefix = ''): string {
  const columns = {
    database: 'database',
    user: 'user',
    application: 'application',
    clientAddress: 'client_address',
  } as const;
  return (Object.keys(columns) as (keyof SampleFilter)[])
    .flatMap((key) =>
      filter[key] === undefined ? [] : [`AND ${prefix}"${columns[key]}" = ${quote(filter[key])}`],
    )
    .join(' ');
}

function costOf(row: Flat, bytes: (kb: unknown) => number | null): NonNullable<SessionSample['cost']> {
  return {
    cpuNs: Number(row.cpu_us) * 1000,
    runQueueNs: row.run_queue_us === null ? null : Number(row.run_queue_us) * 1000,
    timeslices: null,
    readBytes: bytes(row.read_kb),
    writeBytes: bytes(row.write_kb),
    readCharBytes: null,
    writeCharBytes: null,
    readCalls: null,
    writeCalls: null,
    residentBytes: null,
    anonBytes: bytes(row.anon_kb),
    minorFaults: null,
    majorFaults: null,
    blockIoDelayMs: null,
    state: null,
    elapsedMs: Number(row.elapsed_ms),
  };
}
