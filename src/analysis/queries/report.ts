import type { QuerySortKey } from '../../core/monitor-options.js';
import type { CoverageReport, QueryItem } from '../../core/query-report.js';
import type { UsageTotals } from '../../core/reader.js';

/** The measured total and its parts. The parts sum to it because every nanosecond is in exactly one row. */
export function coverageOf(usage: readonly UsageTotals[], measured: boolean): CoverageReport {
  if (!measured)
    return { cpuTotalMs: null, cpuAttributedMs: null, cpuBackgroundMs: null, cpuUnattributedMs: null };
  const of = (...kinds: UsageTotals['kind'][]) =>
    usage.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { cpuNs }) => sum + cpuNs, 0);
  const attributed = of('statement', 'protocol');
  const background = of('background', 'monitor');
  const unattributed = of('session', 'unattributed');
  return {
    cpuTotalMs: (attributed + background + unattributed) / 1e6,
    cpuAttributedMs: attributed / 1e6,
    cpuBackgroundMs: background / 1e6,
    cpuUnattributedMs: unattributed / 1e6,
  };
}

const SORT: Readonly<Record<QuerySortKey, (item: QueryItem) => number | null>> = {
  cpu: (item) => item.cpuMs,
  runQueue: (item) => item.runQueueMs,
  wait: waitingMs,
  reads: (item) => item.readBytes,
  writes: (item) => item.writeBytes,
  logicalReads: (item) => item.logicalReadBytes,
  temp: (item) => item.tempBytes,
  wal: (item) => item.walBytes,
  memory: (item) => item.memoryPeakBytes,
  calls: (item) => item.calls,
  duration: (item) => item.meanDurationMs,
};

export interface Selection {
  readonly sortBy: QuerySortKey;
  readonly minDurationMs: number;
  readonly limit: number;
}

/** Sorted, cut to `limit`; the statements cut off are summed in one `pool` row, so that the CPU still adds up. */
export function selectItems(items: readonly QueryItem[], selection: Selection): QueryItem[] {
  const value = SORT[selection.sortBy];
  const wanted = items.filter(
    (item) =>
      item.kind !== 'statement' ||
      selection.minDurationMs <= 0 ||
      (item.meanDurationMs ?? item.p95DurationMs ?? 0) >= selection.minDurationMs,
  );
  const sorted = [...wanted].sort(
    (a, b) =>
      (value(b) ?? -1) - (value(a) ?? -1) ||
      (b.cpuMs ?? 0) - (a.cpuMs ?? 0) ||
      (a.text ?? '').localeCompare(b.text ?? ''),
  );
  const rest = sorted.slice(selection.limit).filter((item) => (item.cpuMs ?? 0) > 0);
  return [...sorted.slice(0, selection.limit), ...(rest.length === 0 ? [] : [poolOf(rest)])];
}

/** Time spent waiting for anything but a CPU, ms. */
export function waitingMs(item: QueryItem): number {
  return Object.entries(item.waitMs)
    .filter(([name]) => name !== 'cpu' && name !== 'cpuQueue')
    .reduce((sum, [, ms]) => sum + ms, 0);
}

function poolOf(rest: readonly QueryItem[]): QueryItem {
  const sum = (value: (item: QueryItem) => number | null) =>
    rest.reduce((all, item) => all + (value(item) ?? 0), 0);
  return {
    kind: 'pool',
    statementId: null,
    digest: null,
    text: `(${rest.length} more rows)`,
    database: null,
    user: null,
    calls: sum((item) => item.calls),
    cpuMs: sum((item) => item.cpuMs),
    cpuErrorMs: Math.hypot(...rest.map((item) => item.cpuErrorMs ?? 0)),
    runQueueMs: sum((item) => item.runQueueMs),
    waitMs: {},
    readBytes: sum((item) => item.readBytes),
    writeBytes: sum((item) => item.writeBytes),
    logicalReadBytes: sum((item) => item.logicalReadBytes),
    tempBytes: sum((item) => item.tempBytes),
    walBytes: sum((item) => item.walBytes),
    memoryPeakBytes: null,
    meanDurationMs: null,
    p95DurationMs: null,
    cpuShare: sum((item) => item.cpuShare),
    previousCpuMs: null,
    method: 'mixed',
  };
}
