import type { QueriesReport, QueryItem } from '../core/query-report.js';
import { formatBytes, formatCount, formatMs, formatShare, UNKNOWN } from './format.js';
import { findingLines, limitLines, overheadLine, type Style, titleLine } from './report-lines.js';
import { renderTable, type TableColumn } from './table.js';

const right = (title: string): TableColumn => ({ title, align: 'right' });
const COLUMNS: readonly TableColumn[] = [
  right('CPU %'),
  right('CPU'),
  { ...right('±'), drop: 2 },
  right('run queue'),
  right('waits'),
  right('calls'),
  right('mean'),
  { ...right('p95'), drop: 1 },
  right('read'),
  { ...right('written'), drop: 6 },
  right('cache'),
  { ...right('temp'), drop: 3 },
  { ...right('WAL'), drop: 4 },
  { ...right('memory'), drop: 5 },
  right('trend'),
  { title: 'database' },
  { title: 'user' },
  { title: 'statement', flexible: true },
];

/** The report of `queries` as lines. */
export function queriesLines(report: QueriesReport, width: number, style: Style): string[] {
  const [header = '', ...rows] = renderTable(COLUMNS, report.items.map(cellsOf), width);
  return [
    titleLine('Statements by cost', report, style),
    coverageLine(report),
    style.dim(overheadLine(report.overhead)),
    '',
    style.bold(header),
    ...rows,
    ...(report.items.length === 0 ? ['nothing was seen in this window'] : []),
    ...limitLines(report.limits, width, style),
    ...findingLines(report.findings, width, style),
  ];
}

export function coverageLine({ coverage }: QueriesReport): string {
  const { cpuTotalMs, cpuAttributedMs, cpuBackgroundMs, cpuUnattributedMs } = coverage;
  if (cpuTotalMs === null) return 'CPU unknown: the processes of this instance cannot be seen from here';
  const share = (part: number | null) =>
    cpuTotalMs === 0 ? UNKNOWN : `${((100 * (part ?? 0)) / cpuTotalMs).toFixed(1)} %`;
  return `${formatMs(cpuTotalMs)} CPU: ${share(cpuAttributedMs)} attributed, ${share(cpuBackgroundMs)} background, ${share(cpuUnattributedMs)} unattributed`;
}

function cellsOf(item: QueryItem): string[] {
  const waits = Object.entries(item.waitMs)
    .filter(([name]) => name !== 'cpu' && name !== 'cpuQueue')
    .sort(([, a], [, b]) => b - a)[0];
  return [
    formatShare(item.cpuShare),
    formatMs(item.cpuMs),
    item.method === 'exact' || item.method === 'measured' ? '' : formatMs(item.cpuErrorMs),
    formatMs(item.runQueueMs),
    waits === undefined ? '' : `${waits[0]} ${formatMs(waits[1])}`,
    formatCount(item.calls),
    formatMs(item.meanDurationMs),
    formatMs(item.p95DurationMs),
    formatBytes(item.readBytes),
    formatBytes(item.writeBytes),
    formatBytes(item.logicalReadBytes),
    formatBytes(item.tempBytes),
    formatBytes(item.walBytes),
    formatBytes(item.memoryPeakBytes),
    trendOf(item),
    item.database ?? UNKNOWN,
    item.user ?? UNKNOWN,
    item.text ?? `(text unknown, ${item.statementId})`,
  ];
}

function trendOf({ cpuMs, previousCpuMs }: QueryItem): string {
  if (cpuMs === null || previousCpuMs === null) return '';
  if (previousCpuMs < 1) return cpuMs < 1 ? '=' : 'new';
  const change = (cpuMs - previousCpuMs) / previousCpuMs;
  return Math.abs(change) < 0.05 ? '=' : `${change > 0 ? '+' : ''}${Math.round(change * 100)}%`;
}
