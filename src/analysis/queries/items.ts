import { durationQuantile } from '../../core/duration-histogram.js';
import type { QueryItem } from '../../core/query-report.js';
import type { CounterTotals, UsageTotals } from '../../core/reader.js';
import type { StatementText } from '../../core/statement.js';

export interface QueryRecords {
  readonly usage: readonly UsageTotals[];
  /** CPU of the whole instance, of which an item has its share. */
  readonly cpuTotalNs: number;
  readonly counters: readonly CounterTotals[];
  /** Ledger of the window before, for the trend; null when nothing was collected then. */
  readonly previous: readonly UsageTotals[] | null;
  readonly texts: ReadonlyMap<string, StatementText>;
  /** The instance's processes were measured; otherwise CPU is unknown. */
  readonly measured: boolean;
}

/** One item per statement, database and user, and one for each row that is no statement. */
export function queryItems(records: QueryRecords): QueryItem[] {
  const counters = countersByUsage(records);
  const previous =
    records.previous === null
      ? null
      : new Map(records.previous.map((total) => [totalKey(total), total.cpuNs]));
  const items = records.usage.map((total) => {
    const counted = counters.get(total);
    const before = previous === null ? null : (previous.get(totalKey(total)) ?? 0) / 1e6;
    return itemOf(total, counted, before, records);
  });
  const seen = new Set(counters.values());
  const unseen = records.counters.filter((total) => !seen.has(total));
  return [...items, ...unseen.map((total) => countedOnly(total, records))];
}

/**
 * Counters of a statement go with its row of the ledger. Servers that count without the user (MySQL) leave open whose
 * the calls were: they stand with the row that cost most.
 */
function countersByUsage({ usage, counters }: QueryRecords): Map<UsageTotals, CounterTotals> {
  const joined = new Map<UsageTotals, CounterTotals>();
  const rows = new Map<string, UsageTotals>();
  for (const total of usage) {
    if (total.statementId === null) continue;
    rows.set(keyOf(total.statementId, total), total);
    const anyUser = keyOf(total.statementId, { database: total.database, user: null });
    const best = rows.get(anyUser);
    if (best === undefined || (best.user !== null && best.cpuNs < total.cpuNs)) rows.set(anyUser, total);
  }
  for (const total of counters) {
    const row = rows.get(keyOf(total.statementId, total));
    if (row !== undefined) joined.set(row, total);
  }
  return joined;
}

function itemOf(
  total: UsageTotals,
  counted: CounterTotals | undefined,
  previousCpuMs: number | null,
  records: QueryRecords,
): QueryItem {
  const text = total.statementId === null ? undefined : records.texts.get(total.statementId);
  const known = <T>(value: T): T | null => (records.measured ? value : null);
  return {
    kind: total.kind,
    statementId: total.statementId,
    digest: text?.canonicalDigest ?? null,
    text: text?.text ?? describeRow(total),
    database: total.database,
    user: total.user,
    ...countedFigures(counted),
    cpuMs: known(total.cpuNs / 1e6),
    cpuErrorMs: known(total.cpuErrorNs / 1e6),
    runQueueMs: known(total.runQueueNs / 1e6),
    waitMs: total.waitMs,
    readBytes: total.readBytes,
    writeBytes: total.writeBytes,
    memoryPeakBytes: total.anonPeakBytes,
    meanDurationMs: counted === undefined || counted.calls === 0 ? null : counted.execMs / counted.calls,
    p95DurationMs: durationQuantile(total.durations, 0.95),
    cpuShare: records.measured && records.cpuTotalNs > 0 ? total.cpuNs / records.cpuTotalNs : null,
    previousCpuMs: known(previousCpuMs),
    method: methodOf(total),
  };
}

/** The server counted it, but no sample and no measured CPU fell to it. */
function countedOnly(counted: CounterTotals, records: QueryRecords): QueryItem {
  const text = records.texts.get(counted.statementId);
  const none = records.measured ? 0 : null;
  return {
    kind: 'statement',
    statementId: counted.statementId,
    digest: text?.canonicalDigest ?? null,
    text: text?.text ?? null,
    database: counted.database,
    user: counted.user,
    ...countedFigures(counted),
    cpuMs: none,
    cpuErrorMs: null,
    runQueueMs: none,
    waitMs: {},
    readBytes: null,
    writeBytes: null,
    memoryPeakBytes: null,
    meanDurationMs: counted.calls === 0 ? null : counted.execMs / counted.calls,
    p95DurationMs: null,
    cpuShare: none,
    previousCpuMs: null,
    method: 'estimated',
  };
}

function countedFigures(counted: CounterTotals | undefined) {
  const { sharedHitBytes = null, sharedReadBytes = null, tempWrittenBytes = null } = counted ?? {};
  return {
    calls: counted?.calls ?? null,
    logicalReadBytes:
      sharedHitBytes === null || sharedReadBytes === null ? null : sharedHitBytes + sharedReadBytes,
    tempBytes: tempWrittenBytes,
    walBytes: counted?.walBytes ?? null,
  };
}

function methodOf(total: UsageTotals): QueryItem['method'] {
  if (total.kind !== 'statement') return 'measured';
  if (total.exactCpuNs >= total.cpuNs) return 'exact';
  return total.exactCpuNs === 0 ? 'estimated' : 'mixed';
}

function describeRow(total: UsageTotals): string | null {
  switch (total.kind) {
    case 'statement':
      return null;
    case 'protocol':
      return '(parse, bind, commit and protocol)';
    case 'session':
      return '(sessions whose statement is unknown)';
    case 'background':
      return `(${total.backendType})`;
    case 'monitor':
      return '(dbvitals itself)';
    case 'unattributed':
      return '(processes that came and went)';
    default:
      return total.kind satisfies never;
  }
}

function keyOf(statementId: string, total: { database: string | null; user: string | null }): string {
  return `${statementId}\0${total.database}\0${total.user}`;
}

function totalKey(total: UsageTotals): string {
  return `${total.kind}\0${total.backendType}\0${keyOf(total.statementId ?? '', total)}`;
}
