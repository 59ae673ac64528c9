import type { LockEpisodeItem, LockEpisodesReport } from '../../core/lock-report.js';
import { formatSeconds } from '../format.js';
import { plain } from '../plain.js';
import { limitLines, type Style, titleLine } from '../report-lines.js';
import { renderTable, type TableColumn } from '../table.js';
import { plural } from './words.js';

const right = (title: string): TableColumn => ({ title, align: 'right' });
const TRACK = 32;

const COLUMNS: readonly TableColumn[] = [
  { title: 'begin' },
  right('lasted'),
  right('peak'),
  right('victims'),
  right('waited'),
  { title: 'when' },
  { title: 'culprit' },
  { title: 'what', flexible: true },
];

/** Episodes, the costliest first, each with its place in the window. */
export function episodesLines(report: LockEpisodesReport, width: number, style: Style): string[] {
  const { items } = report;
  const waited = items.reduce((sum, { sessionSeconds }) => sum + sessionSeconds, 0);
  const summary =
    items.length === 0
      ? style.green('nobody waited long for a lock')
      : `${plural(items.length, 'episode', 'episodes')}, ${formatSeconds(waited)} of sessions' time`;
  const [header = '', ...rows] = renderTable(
    COLUMNS,
    items.map((item) => cells(item, report)),
    width,
  );
  return [
    `${titleLine('Lock episodes', report, style)}  ${summary}`,
    ...(items.length === 0 ? [] : ['', style.bold(header), ...rows]),
    ...items.slice(0, 3).flatMap((item) => details(item, style)),
    ...limitLines(report.limits, width, style),
  ];
}

function cells(item: LockEpisodeItem, { window }: LockEpisodesReport): string[] {
  return [
    item.startedAt.slice(11, 19),
    `${formatSeconds(item.seconds)}${item.endedAt === null ? '…' : ''}`,
    String(item.peakWaiters),
    String(item.victims),
    formatSeconds(item.sessionSeconds),
    window === null ? '' : track(item, Date.parse(window.from), Date.parse(window.to)),
    culprit(item),
    item.resource,
  ];
}

/** Where in the window it lay: `·····████·······`. */
export function track(item: LockEpisodeItem, fromMs: number, toMs: number): string {
  const cell = (ms: number) => Math.floor(((ms - fromMs) / Math.max(1, toMs - fromMs)) * TRACK);
  const first = Math.min(TRACK - 1, Math.max(0, cell(Date.parse(item.startedAt))));
  const last = Math.min(TRACK - 1, Math.max(first, cell(Date.parse(item.lastSeenAt))));
  return `${'·'.repeat(first)}${'█'.repeat(last - first + 1)}${'·'.repeat(TRACK - 1 - last)}`;
}

function culprit({ root, roots }: LockEpisodeItem): string {
  const more = roots > 1 ? ` and ${roots - 1} more` : '';
  return `${root.sessionId} ${root.user ?? '?'}${more}`;
}

/** What the costliest ones were about. */
function details(item: LockEpisodeItem, style: Style): string[] {
  const [first, ...others] = item.statements;
  return [
    '',
    style.bold(`${item.startedAt.slice(11, 19)}  behind ${plain(culprit(item))}`),
    ...(item.root.text === null ? [] : [`  culprit ran   ${plain(item.root.text)}`]),
    ...(first?.text ? [`  victims ran   ${plain(first.text)}`] : []),
    ...(others.length === 0
      ? []
      : [style.dim(`                + ${plural(others.length, 'other statement', 'other statements')}`)]),
    style.dim(`  to see it     dbvitals locks --at ${item.peakAt}`),
  ];
}
