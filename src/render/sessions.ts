import type { SessionItem, SessionsReport } from '../core/session-report.js';
import { formatBytes, formatPercent, formatSeconds, UNKNOWN } from './format.js';
import { limitLines, type Style, titleLine } from './report-lines.js';
import { renderTable, type TableColumn } from './table.js';

const right = (title: string): TableColumn => ({ title, align: 'right' });
export const SESSION_COLUMNS: readonly TableColumn[] = [
  right('ID'),
  { title: 'user' },
  { title: 'database', drop: 6 },
  { title: 'application', most: 14, drop: 2 },
  { title: 'state' },
  { title: 'wait', most: 21 },
  right('CPU %'),
  { ...right('RUNQ %'), drop: 5 },
  { ...right('R/s'), drop: 7 },
  { ...right('W/s'), drop: 8 },
  { ...right('MEM'), drop: 4 },
  { ...right('TEMP'), drop: 9 },
  { ...right('XACT'), drop: 1 },
  { title: 'client', most: 20, drop: 3 },
  { title: 'blocked by' },
  { title: 'statement', flexible: true },
];

const STATES: Readonly<Record<string, string>> = {
  idleInTransaction: 'idle in xact',
  idleInTransactionAborted: 'aborted xact',
};

export function sessionCells(item: SessionItem): string[] {
  return [
    item.sessionId,
    item.user ?? UNKNOWN,
    item.database ?? UNKNOWN,
    item.application ?? (item.kind === 'client' ? UNKNOWN : item.backendType),
    STATES[item.state] ?? item.state,
    item.state === 'idle'
      ? ''
      : item.waitEvent === null
        ? item.waitClass
        : `${item.waitClass}:${item.waitEvent}`,
    formatPercent(item.cpuPercent),
    formatPercent(item.runQueuePercent),
    formatBytes(item.readBytesPerSecond),
    formatBytes(item.writeBytesPerSecond),
    formatBytes(item.residentBytes),
    formatBytes(item.tempBytes),
    item.transactionAgeSeconds === null ? '' : formatSeconds(item.transactionAgeSeconds),
    clientCell(item),
    item.blockedBy.join(','),
    item.text ?? '',
  ];
}

export function sessionsLines(report: SessionsReport, width: number, style: Style): string[] {
  const [header = '', ...rows] = renderTable(SESSION_COLUMNS, report.items.map(sessionCells), width);
  return [
    titleLine('Sessions', report, style),
    '',
    style.bold(header),
    ...rows,
    ...limitLines(report.limits, width, style),
  ];
}

function clientCell({ client }: SessionItem): string {
  if (client === null) return '';
  const where = client.address ?? 'local';
  const who = client.pid === null ? (client.command ?? '') : `${client.command}[${client.pid}]`;
  const inside = client.container === null ? '' : `@${client.container}`;
  return `${who === '' ? where : `${who}${inside}`}${client.through === null ? '' : ` via ${client.through}`}`;
}
