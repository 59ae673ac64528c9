import type { DdlGuardReport, DdlHolder } from '../../core/relation-use.js';
import { formatSeconds, UNKNOWN } from '../format.js';
import { plain } from '../plain.js';
import { findingLines, limitLines, type Style } from '../report-lines.js';
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
        lockText(item),
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
    ...findingLines(report.findings, width, style),
    ...limitLines(report.limits, width, style),
  ];
}

/** `holds SHARED_READ`, `holds SHARED_READ (by its statement)`, `may have used it (30 %)`. */
function lockText({ granted, mode, confidence }: DdlHolder): string {
  if (mode === 'unknown') return `may have used it (${Math.round(100 * confidence)} %)`;
  return `${granted ? 'holds' : 'wants'} ${mode}${confidence < 1 ? ' (by its statement)' : ''}`;
}
