import type { SessionItem, SessionsReport } from '../core/session-report.js';
import { formatMs } from './format.js';
import { plain } from './plain.js';
import type { Style } from './report-lines.js';
import { SESSION_COLUMNS, sessionCells } from './sessions.js';
import { cut, renderTable } from './table.js';

export const TOP_SORT_KEYS = ['cpu', 'runqueue', 'reads', 'writes', 'memory', 'temp', 'xact'] as const;
export type TopSortKey = (typeof TOP_SORT_KEYS)[number];

export interface TopState {
  readonly sort: TopSortKey;
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  readonly paused: boolean;
  readonly background: boolean;
  readonly help: boolean;
}

const VALUE: Readonly<Record<TopSortKey, (item: SessionItem) => number | null>> = {
  cpu: (item) => item.cpuPercent,
  runqueue: (item) => item.runQueuePercent,
  reads: (item) => item.readBytesPerSecond,
  writes: (item) => item.writeBytesPerSecond,
  memory: (item) => item.residentBytes,
  temp: (item) => item.tempBytes,
  xact: (item) => item.transactionAgeSeconds,
};

const HELP = [
  'order of sessions: c CPU  n run queue  r reads  w writes  m memory  t temp  x transaction age',
  '/ filter (user, database, application, state, wait, client, statement)   Esc clears it',
  'b server processes on or off   space pause   h this help   q or Ctrl-C quit',
];

/** The screen as lines, `height` of them at most. Only the rows that fit are formatted. Pure. */
export function topLines(
  instances: readonly SessionsReport[],
  state: TopState,
  width: number,
  height: number,
  style: Style,
): string[] {
  const head = instances.map((instance) => cut(instanceLine(instance), width));
  const status = statusLine(state, style);
  const help = state.help ? HELP : [];
  const room = Math.max(1, height - head.length - help.length - 2);
  const instanceOf = new Map(
    instances.flatMap(({ instance, items }) => items.map((item) => [item, instance ?? ''] as const)),
  );
  const items = [...instanceOf.keys()].filter((item) => matches(item, state.filter));
  const sorted = sortSessions(items, state.sort).slice(0, room);
  const several = instances.length > 1;
  const [header = '', ...rows] = renderTable(
    several ? [{ title: 'instance' }, ...SESSION_COLUMNS] : SESSION_COLUMNS,
    sorted.map((item) => [...(several ? [instanceOf.get(item) ?? ''] : []), ...sessionCells(item)]),
    width,
  );
  return [
    ...head.map(style.bold),
    status,
    ...help,
    style.dim(cut(header, width)),
    ...rows.map((row) => cut(row, width)),
  ].slice(0, height);
}

/** Highest first; who waits for a lock or holds others up is above equals. */
export function sortSessions(items: readonly SessionItem[], key: TopSortKey): SessionItem[] {
  const value = VALUE[key];
  const rank = (item: SessionItem) => (item.blockedBy.length > 0 ? 2 : item.state === 'active' ? 1 : 0);
  return [...items].sort(
    (a, b) =>
      (value(b) ?? -1) - (value(a) ?? -1) || rank(b) - rank(a) || Number(a.sessionId) - Number(b.sessionId),
  );
}

function instanceLine({ instance, items, window, cpuPercent, overhead, limits }: SessionsReport): string {
  const count = (of: (item: SessionItem) => boolean) => items.filter(of).length;
  const seconds = Math.max(1, window?.samples ?? 1);
  const cpu = cpuPercent === null ? 'CPU unknown' : `CPU ${cpuPercent.toFixed(0)} %`;
  const own =
    overhead === null
      ? ''
      : `  monitor ${formatMs((overhead.cpuMs ?? 0) / seconds)}/s here, ${formatMs(overhead.serverCpuMs === null ? null : overhead.serverCpuMs / seconds)}/s in the server`;
  const blocked = count(({ blockedBy }) => blockedBy.length > 0);
  const failure = limits.find(({ capability }) => capability === 'connection');
  return `${plain(instance ?? '')}  ${cpu}  ${count(({ state }) => state === 'active')} active, ${count(({ state }) => state === 'idle')} idle, ${count(({ state }) => state.startsWith('idleIn'))} idle in xact${blocked > 0 ? `, ${blocked} BLOCKED` : ''}${own}${failure === undefined ? '' : `  DOWN: ${plain(failure.reason)}`}`;
}

function statusLine(state: TopState, style: Style): string {
  const filter = state.typing
    ? `filter: ${state.filter}_`
    : state.filter === ''
      ? ''
      : `filter: ${state.filter}`;
  return style.dim(
    [
      'sorted by ',
      state.sort,
      state.paused ? '  PAUSED' : '',
      filter === '' ? '' : `  ${plain(filter)}`,
      '  h help',
    ].join(''),
  );
}

function matches(item: SessionItem, filter: string): boolean {
  if (filter === '') return true;
  const { sessionId, user, database, application, state, waitClass, waitEvent, client, text } = item;
  const all = [sessionId, user, database, application, state, waitClass, waitEvent, text];
  const whole = [...all, client?.address, client?.command, client?.pid].join(' ');
  return whole.toLowerCase().includes(filter.toLowerCase());
}
