import { DURATION_BUCKETS } from '../core/duration-histogram.js';
import type { SessionSample, TableName, TableRows } from '../core/samples.js';
import { WAIT_CLASSES } from '../core/wait-class.js';
import { big, type Column, flag, real, small, text } from './column.js';
import { LOCK_SCHEMA } from './lock-schema.js';

/** `sessions` holds what is constant of a session, so that a sample of it needs one id. */
export type StoredTable = TableName | 'sessions';
export interface StoredRows extends TableRows {
  sessions: SessionSample;
}

type Schema = { readonly [T in StoredTable]: readonly Column<StoredRows[T]>[] };

/** Ages instead of times compress better: they repeat. */
const age = (sample: SessionSample, sinceMs: number | null) =>
  sinceMs === null ? null : Math.min(2 ** 31 - 1, Math.max(0, Math.round(sample.atMs - sinceMs)));
/**
 * An age less that of the statement: most states change when a statement begins, and most statements are among the first of
 * their transaction, so these are small and repeat (1 byte a sample less than ages). `VIEWS` has the way back.
 */
const beforeStatement = (sample: SessionSample, sinceMs: number | null) => {
  const since = age(sample, sinceMs);
  return since === null ? null : since - (age(sample, sample.row.statementStartedAtMs) ?? 0);
};
const micros = (ns: number | null | undefined) =>
  ns === null || ns === undefined ? null : Math.min(2 ** 31 - 1, Math.round(ns / 1000));
const kilobytes = (bytes: number | null | undefined) =>
  bytes === null || bytes === undefined ? null : Math.round(bytes / 1024);

/** What readers see where it is not what is stored. Sums are ages again, so they are within 32 bits. */
export const VIEWS: { readonly [T in StoredTable]?: string } = {
  session_samples: `* EXCLUDE (transaction_to_statement_ms, state_to_statement_ms),
    transaction_to_statement_ms + coalesce(statement_age_ms, 0) AS transaction_age_ms,
    state_to_statement_ms + coalesce(statement_age_ms, 0) AS state_age_ms`,
};

export const SCHEMA: Schema = {
  session_samples: [
    big('at_ms', (row) => row.atMs),
    text('instance', (row) => row.instance),
    text('session_id', (row) => row.sessionId),
    text('statement_id', (row) => row.statementId),
    text('state', (row) => row.row.state),
    text('wait_class', (row) => row.row.waitClass),
    text('wait_event_type', (row) => row.row.waitEventType),
    text('wait_event', (row) => row.row.waitEvent),
    small('statement_age_ms', (row) => age(row, row.row.statementStartedAtMs)),
    small('transaction_to_statement_ms', (row) => beforeStatement(row, row.row.transactionStartedAtMs)),
    small('state_to_statement_ms', (row) => beforeStatement(row, row.row.stateChangedAtMs)),
    text('blocked_by', (row) => (row.row.blockedBy.length === 0 ? null : row.row.blockedBy.join(','))),
    small('temp_kb', (row) => kilobytes(row.row.tempBytes)),
    small('elapsed_ms', (row) => (row.cost === null ? null : Math.round(row.cost.elapsedMs))),
    small('cpu_us', (row) => micros(row.cost?.cpuNs)),
    small('run_queue_us', (row) => micros(row.cost?.runQueueNs)),
    small('read_kb', (row) => kilobytes(row.cost?.readBytes)),
    small('write_kb', (row) => kilobytes(row.cost?.writeBytes)),
    small('anon_kb', (row) => kilobytes(row.cost?.anonBytes)),
  ],
  sessions: [
    big('at_ms', (row) => row.atMs),
    text('instance', (row) => row.instance),
    text('session_id', (row) => row.sessionId),
    text('id', (row) => row.row.id),
    real('started_at_ms', (row) => row.row.startedAtMs),
    small('os_pid', (row) => row.row.osPid),
    small('os_tid', (row) => row.row.osTid),
    text('kind', (row) => row.row.kind),
    text('backend_type', (row) => row.row.backendType),
    text('leader_id', (row) => row.row.leaderId),
    text('database', (row) => row.row.database),
    text('user', (row) => row.row.user),
    text('application', (row) => row.row.application),
    text('client_address', (row) => row.row.clientAddress),
    small('client_port', (row) => row.row.clientPort),
    small('client_pid', (row) => row.client?.pid ?? null),
    text('client_command', (row) => row.client?.command ?? null),
    text('client_container', (row) => row.client?.container ?? null),
  ],
  statements: [
    text('statement_id', (row) => row.statementId),
    text('instance', (row) => row.instance),
    text('digest', (row) => row.canonicalDigest),
    text('text', (row) => row.text),
    text('command', (row) => row.command),
    text('source', (row) => row.source),
    flag('truncated', (row) => row.truncated),
  ],
  statement_usage: [
    big('from_ms', (row) => Math.round(row.fromMs)),
    big('to_ms', (row) => Math.round(row.toMs)),
    text('instance', (row) => row.instance),
    text('kind', (row) => row.kind),
    text('statement_id', (row) => row.statementId),
    text('database', (row) => row.database),
    text('user', (row) => row.user),
    text('application', (row) => row.application),
    text('client_address', (row) => row.clientAddress),
    text('backend_type', (row) => row.backendType),
    big('cpu_ns', (row) => row.cpuNs),
    big('exact_cpu_ns', (row) => row.exactCpuNs),
    big('cpu_error_ns', (row) => row.cpuErrorNs),
    big('run_queue_ns', (row) => row.runQueueNs),
    big('read_bytes', (row) => row.readBytes),
    big('write_bytes', (row) => row.writeBytes),
    small('samples', (row) => row.samples),
    big('anon_peak_bytes', (row) => row.anonPeakBytes),
    big('temp_peak_bytes', (row) => row.tempPeakBytes),
    ...[...WAIT_CLASSES, 'other' as const].map((name) =>
      real<TableRows['statement_usage']>(`wait_${snake(name)}_ms`, (row) => row.waitMs[name] ?? null),
    ),
    ...Array.from({ length: DURATION_BUCKETS }, (_, bucket) =>
      small<TableRows['statement_usage']>(`duration_${bucket}`, (row) => row.durations[bucket] || null),
    ),
  ],
  statement_counters: [
    big('from_ms', (row) => row.fromMs),
    big('to_ms', (row) => row.toMs),
    text('instance', (row) => row.instance),
    text('statement_id', (row) => row.statementId),
    text('database', (row) => row.database),
    text('user', (row) => row.user),
    flag('top_level', (row) => row.topLevel),
    big('calls', (row) => row.calls),
    big('rows', (row) => row.rows),
    real('exec_ms', (row) => row.execMs),
    real('plan_ms', (row) => row.planMs),
    real('io_ms', (row) => row.ioMs),
    big('shared_hit_bytes', (row) => row.sharedHitBytes),
    big('shared_read_bytes', (row) => row.sharedReadBytes),
    big('shared_written_bytes', (row) => row.sharedWrittenBytes),
    big('temp_read_bytes', (row) => row.tempReadBytes),
    big('temp_written_bytes', (row) => row.tempWrittenBytes),
    big('wal_bytes', (row) => row.walBytes),
  ],
  instance_ticks: [
    big('at_ms', (row) => row.atMs),
    text('instance', (row) => row.instance),
    real('elapsed_ms', (row) => row.elapsedMs),
    text('state', (row) => row.state),
    small('missed_ticks', (row) => row.missedTicks),
    small('sessions_active', (row) => row.sessionsActive),
    small('sessions_idle', (row) => row.sessionsIdle),
    small('sessions_idle_in_transaction', (row) => row.sessionsIdleInTransaction),
    small('sessions_background', (row) => row.sessionsBackground),
    small('max_connections', (row) => row.maxConnections),
    big('cpu_ns', (row) => row.cpuNs),
    big('run_queue_ns', (row) => row.runQueueNs),
    big('read_bytes', (row) => row.readBytes),
    big('write_bytes', (row) => row.writeBytes),
    big('anon_bytes', (row) => row.anonBytes),
    big('timeslices', (row) => row.timeslices),
    big('minor_faults', (row) => row.minorFaults),
    big('major_faults', (row) => row.majorFaults),
    big('block_io_delay_ms', (row) => row.blockIoDelayMs),
    big('monitor_cpu_ns', (row) => Math.round(row.monitorCpuNs)),
    big('monitor_server_cpu_ns', (row) => row.monitorServerCpuNs),
    real('snapshot_ms', (row) => row.snapshotMs),
  ],
  instance_counters: [
    big('at_ms', (row) => row.atMs),
    text('instance', (row) => row.instance),
    text('name', (row) => row.name),
    text('object', (row) => row.object),
    text('kind', (row) => row.kind),
    real('value', (row) => row.value),
    real('elapsed_ms', (row) => row.elapsedMs),
  ],
  host_samples: [
    big('at_ms', (row) => row.atMs),
    text('name', (row) => row.name),
    text('object', (row) => row.object),
    text('kind', (row) => row.kind),
    real('value', (row) => row.value),
    real('elapsed_ms', (row) => row.elapsedMs),
  ],
  events: [
    big('at_ms', (row) => row.atMs),
    text('instance', (row) => row.instance),
    text('code', (row) => row.code),
    text('severity', (row) => row.severity),
    text('message', (row) => row.message),
  ],
  ...LOCK_SCHEMA,
};

export const TABLES = Object.keys(SCHEMA) as readonly StoredTable[];

/** `cpuQueue` as a column name: `cpu_queue`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
