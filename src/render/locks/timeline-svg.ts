import type { LockEpisodesReport } from '../../core/lock-report.js';
import { formatSeconds } from '../format.js';
import { plain } from '../plain.js';
import { cut } from '../table.js';
import { plural } from './words.js';

const WIDTH = 1000;
const LABELS = 270;
const ROW = 30;
const TOP = 56;
const TICKS = 6;
const MOST = 40;

/** Episodes as bars over the window: as long as they lasted, as high as their queue, as red as what they cost. */
export function episodesSvg(report: LockEpisodesReport): string {
  const { window, instance } = report;
  const items = [...report.items].slice(0, MOST).sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  const fromMs = Date.parse(window?.from ?? items[0]?.startedAt ?? report.generatedAt);
  const toMs = Date.parse(window?.to ?? report.generatedAt);
  const height = TOP + ROW * Math.max(1, items.length) + 40;
  const x = (ms: number) =>
    LABELS + Math.min(1, Math.max(0, (ms - fromMs) / Math.max(1, toMs - fromMs))) * (WIDTH - LABELS - 40);
  const peak = Math.max(1, ...items.map(({ peakWaiters }) => peakWaiters));
  const cost = Math.max(1, ...items.map(({ sessionSeconds }) => sessionSeconds));
  const hidden = report.items.length - items.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Helvetica,Arial,sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="22" font-size="15" font-weight="bold">${escaped(`Lock episodes of ${instance ?? ''}`, 80)}</text>`,
    `<text x="12" y="40" fill="#5f6368">${new Date(fromMs).toISOString().slice(0, 19)}Z to ${new Date(toMs).toISOString().slice(0, 19)}Z, ${plural(report.items.length, 'episode', 'episodes')}${hidden > 0 ? `, the costliest ${MOST} shown` : ''}</text>`,
    ...grid(fromMs, toMs, x, height),
    ...items.flatMap((item, index) => {
      const y = TOP + ROW * index;
      const barHeight = 5 + Math.round((ROW - 13) * (item.peakWaiters / peak));
      const left = x(Date.parse(item.startedAt));
      const width = Math.max(3, x(Date.parse(item.lastSeenAt)) - left);
      const share = item.sessionSeconds / cost;
      const label = `${plural(item.victims, 'victim', 'victims')}, ${formatSeconds(item.sessionSeconds)} waited`;
      const beside = left + width + 6;
      const flip = beside > WIDTH - 170;
      return [
        `<text x="12" y="${y + 13}">${escaped(`${item.root.sessionId} ${item.root.user ?? '?'}`, 38)}</text>`,
        `<text x="12" y="${y + 25}" fill="#5f6368" font-size="10">${escaped(item.resource, 46)}</text>`,
        `<rect x="${left.toFixed(1)}" y="${y + 4 + (ROW - 9 - barHeight) / 2}" width="${width.toFixed(1)}" height="${barHeight}" rx="2" fill="hsl(${Math.round(40 - 36 * share)} 85% 55%)"/>`,
        `<text x="${(flip ? left - 6 : beside).toFixed(1)}" y="${y + 18}" ${flip ? 'text-anchor="end" ' : ''}fill="#3c4043">${escaped(label, 60)}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

function grid(fromMs: number, toMs: number, x: (ms: number) => number, height: number): string[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => fromMs + ((toMs - fromMs) * index) / TICKS).flatMap(
    (ms) => [
      `<line x1="${x(ms).toFixed(1)}" y1="${TOP}" x2="${x(ms).toFixed(1)}" y2="${height - 26}" stroke="#e8eaed"/>`,
      `<text x="${x(ms).toFixed(1)}" y="${height - 10}" text-anchor="middle" fill="#5f6368" font-size="10">${new Date(ms).toISOString().slice(11, 19)}</text>`,
    ],
  );
}

function escaped(text: string, width: number): string {
  return cut(plain(text), width)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
