import type { ConnectionsReport } from '../core/session-report.js';
import { formatSeconds, UNKNOWN } from './format.js';
import { limitLines, type Style, titleLine } from './report-lines.js';
import { renderTable } from './table.js';

export function connectionsLines(report: ConnectionsReport, width: number, style: Style): string[] {
  const share = report.max === null ? '' : ` (${Math.round((100 * report.used) / report.max)} %)`;
  const [header = '', ...rows] = renderTable(
    [
      { title: 'active', align: 'right' },
      { title: 'idle', align: 'right' },
      { title: 'idle in xact', align: 'right' },
      { title: 'oldest', align: 'right' },
      { title: 'user' },
      { title: 'application' },
      { title: 'client' },
      { title: 'process', flexible: true },
    ],
    report.items.map((item) => [
      String(item.active),
      String(item.idle),
      String(item.idleInTransaction),
      item.oldestIdleInTransactionSeconds === null ? '' : formatSeconds(item.oldestIdleInTransactionSeconds),
      item.user ?? UNKNOWN,
      item.application ?? UNKNOWN,
      item.client?.address ?? 'local',
      item.client?.pid
        ? `${item.client.command}[${item.client.pid}]${item.client.container ? ` in ${item.client.container}` : ''}`
        : '',
    ]),
    width,
  );
  return [
    titleLine('Connections', report, style),
    `${report.used} of ${report.max ?? UNKNOWN} used${share}, ${report.reserved ?? UNKNOWN} reserved for superusers`,
    '',
    style.bold(header),
    ...rows,
    ...limitLines(report.limits, style),
  ];
}
