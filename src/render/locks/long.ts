import type { LocksReport, LongTransaction, XminHolder } from '../../core/lock-report.js';
import { formatCount, formatSeconds, UNKNOWN } from '../format.js';
import type { Style } from '../report-lines.js';
import { renderTable, type TableColumn } from '../table.js';
import { holdsText, stateFor, whoText } from './words.js';

const right = (title: string): TableColumn => ({ title, align: 'right' });

const LONG_COLUMNS: readonly TableColumn[] = [
  { title: 'session' },
  right('open'),
  { title: 'state' },
  { title: 'who' },
  right('behind'),
  right('asked for'),
  { title: 'holds', flexible: true },
];
const XMIN_COLUMNS: readonly TableColumn[] = [
  { title: 'what' },
  { title: 'name' },
  right('age'),
  { title: 'then', flexible: true },
];
const SHOWN = 8;
/** Transactions or undo records: below it a busy server is seconds behind, which is how it lives. */
const WORTH_SHOWING = 100_000;

/** Long transactions that the tree does not show already, and what keeps old row versions; when there are any. */
export function longLines(report: LocksReport, width: number, style: Style): string[] {
  const xminHolders = report.xminHolders.filter(({ age }) => age >= WORTH_SHOWING);
  const roots = new Set(report.items.map(({ sessionId }) => sessionId));
  const longTransactions = report.longTransactions.filter(({ sessionId }) => !roots.has(sessionId));
  return [
    ...section('Long transactions', LONG_COLUMNS, longTransactions.map(longCells), width, style),
    ...section(
      'What keeps dead rows from being removed',
      XMIN_COLUMNS,
      xminHolders.map(xminCells),
      width,
      style,
    ),
  ];
}

function section(
  title: string,
  columns: readonly TableColumn[],
  cells: readonly (readonly string[])[],
  width: number,
  style: Style,
): string[] {
  if (cells.length === 0) return [];
  const [header = '', ...rows] = renderTable(columns, cells.slice(0, SHOWN), width);
  const more = cells.length > SHOWN ? [style.dim(`+ ${cells.length - SHOWN} more`)] : [];
  return ['', style.bold(title), style.dim(header), ...rows, ...more];
}

function longCells(item: LongTransaction): string[] {
  return [
    item.sessionId,
    formatSeconds(item.transactionAgeSeconds),
    stateFor(item),
    whoText(item),
    item.blockedSessions === 0 ? '' : String(item.blockedSessions),
    item.demandSeconds === 0 ? '' : formatSeconds(item.demandSeconds),
    heldText(item),
  ];
}

/** The locks that are listed, and the rows that InnoDB only counts. */
function heldText({ holds, rowsLocked, rowsModified }: LongTransaction): string {
  const rows = rowsLocked === null ? [] : [`${formatCount(rowsLocked)} rows locked`];
  const changed = rowsModified ? [`${formatCount(rowsModified)} changed`] : [];
  const parts = [...(holds.length === 0 ? [] : [holdsText(holds, 4)]), ...rows, ...changed];
  return parts.length === 0 ? UNKNOWN : parts.join(', ');
}

const WHAT: Readonly<Record<XminHolder['kind'], string>> = {
  session: 'transaction',
  slot: 'replication slot',
  slotCatalog: 'slot (catalogs)',
  prepared: 'prepared transaction',
  standby: 'standby feedback',
  history: 'InnoDB history',
};

function xminCells({ kind, name, age, advice }: XminHolder): string[] {
  return [WHAT[kind], name, formatCount(age), advice];
}
