import type { DdlGuardReport } from '../../core/relation-use.js';
import { formatSeconds, UNKNOWN } from '../format.js';
import { plain } from '../plain.js';
import { findingLines, type Style } from '../report-lines.js';
import { renderTable, type TableColumn } from '../table.js';
import { stateFor } from './words.js';

const right = (title: string): TableColumn => ({ title, align: 'right' });
const COLUMNS: readonly TableColumn[] = [
  { title: 'session' },
  right('open'),
  { title: 'state' },
  { title: 'lock' },
  { title: 'user' },
  { title: 'application', flexible: true },
];
const SHOWN = 12;

/** What an ALTER of a table would meet. */
export function ddlLines(report: DdlGuardReport, width: number, style: Style): string[] {
  const { items, requestsPerSecond, sessionsSeen, clients, observedSeconds, table } = report;
  const [header = '', ...rows] = renderTable(
    COLUMNS,
    items
      .slice(0, SHOWN)
      .map((item) => [
        item.sessionId,
        formatSeconds(item.transactionAgeSeconds),
        stateFor(item),
        `${item.granted ? 'holds' : 'wants'} ${item.mode}`,
        item.user ?? UNKNOWN,
        item.application ?? '',
      ]),
    width,
  );
  const rate = requestsPerSecond === null ? UNKNOWN : requestsPerSecond.toFixed(1);
  return [
    `${style.bold('DDL guard')}  ${plain(report.instance ?? '')}  ${plain(table)}`,
    `asked for ${rate} times a second, by ${sessionsSeen} sessions seen in ${observedSeconds.toFixed(1)} s; ${clients} clients in its database`,
    ...(items.length === 0 ? [] : ['', style.bold(header), ...rows]),
    ...(items.length > SHOWN ? [style.dim(`+ ${items.length - SHOWN} more`)] : []),
    ...findingLines(report.findings, style),
  ];
}
