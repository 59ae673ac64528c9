import type { Finding, Report } from './report.js';
import type { UsageKind } from './usage.js';
import type { WaitClass } from './wait-class.js';

/** `dbvitals.queries/1` */
export interface QueriesReport extends Report<QueryItem> {
  readonly coverage: CoverageReport;
  readonly findings: readonly Finding[];
}

/** The parts sum to the total exactly; null where the instance's processes cannot be seen. */
export interface CoverageReport {
  readonly cpuTotalMs: number | null;
  readonly cpuAttributedMs: number | null;
  readonly cpuBackgroundMs: number | null;
  readonly cpuUnattributedMs: number | null;
}

/** One statement, or one of the rows that are no statement (`kind`), so that the sum is the whole. */
export interface QueryItem {
  readonly kind: UsageKind | 'pool';
  readonly statementId: string | null;
  readonly digest: string | null;
  readonly text: string | null;
  readonly database: string | null;
  readonly user: string | null;
  /** From the server's counters; null where it keeps none. */
  readonly calls: number | null;
  readonly cpuMs: number | null;
  readonly cpuErrorMs: number | null;
  readonly runQueueMs: number | null;
  readonly waitMs: Readonly<Partial<Record<WaitClass, number>>>;
  /** Block layer, as the kernel counts them. */
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  /** Through the server's cache. */
  readonly logicalReadBytes: number | null;
  readonly tempBytes: number | null;
  readonly walBytes: number | null;
  /** Largest RssAnon of one process while it ran the statement. */
  readonly memoryPeakBytes: number | null;
  readonly meanDurationMs: number | null;
  /** Of the executions seen to end, within a factor of 2. */
  readonly p95DurationMs: number | null;
  /** 0 to 1 of the instance's measured CPU. */
  readonly cpuShare: number | null;
  /** cpuMs in the window before, and the change; null when nothing was collected then. */
  readonly previousCpuMs: number | null;
  /** How cpuMs was obtained. */
  readonly method: 'exact' | 'estimated' | 'mixed' | 'measured';
}
