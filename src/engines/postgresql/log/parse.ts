import type { ReportedDeadlock } from '../../../core/lock-analyst.js';
import type { LogFindings } from '../../../core/server-log.js';
import { csvRecords } from './csv.js';
import { deadlockOf } from './detail.js';

const SQLSTATE = '40P01';
/** Columns of csvlog (the manual's table of them). */
const CSV = { time: 0, state: 12, detail: 14 } as const;
/** log_error_verbosity = verbose puts the SQLSTATE in front of the message. */
const MESSAGE = /ERROR: {2}(?:40P01: )?deadlock detected$/;
const DETAIL = /DETAIL: {2}(.*)$/;
const TIME = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) (UTC|GMT|[+-]\d\d(?::?\d\d)?)\b/;

/** Deadlocks in a piece of the server's log: whole lines of stderr, csvlog or jsonlog. Pure. */
export function parseLog(text: string, format: string, atMs: number): LogFindings {
  if (format === 'jsonlog')
    return { deadlocks: text.split('\n').flatMap((line) => ofJson(line, atMs)), rest: '' };
  return format === 'csvlog' ? ofCsv(text, atMs) : ofText(text, atMs);
}

function ofJson(line: string, atMs: number): ReportedDeadlock[] {
  if (!line.includes(SQLSTATE)) return [];
  try {
    const { state_code, detail, timestamp } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (state_code !== SQLSTATE || typeof detail !== 'string') return [];
    return one(detail, timeOf(String(timestamp), atMs), 'jsonlog');
  } catch {
    // A line that was cut is no JSON.
    return [];
  }
}

function ofCsv(text: string, atMs: number): LogFindings {
  if (!text.includes(SQLSTATE)) return { deadlocks: [], rest: openEnd(text) };
  const { records, rest } = csvRecords(text);
  const deadlocks = records.flatMap((record) =>
    record[CSV.state] === SQLSTATE
      ? one(record[CSV.detail] ?? '', timeOf(record[CSV.time] ?? '', atMs), 'csvlog')
      : [],
  );
  return { deadlocks, rest };
}

/** A text without a deadlock needs no parsing; only what its last record has begun is kept. */
function openEnd(text: string): string {
  const quotes = text.split('"').length - 1;
  return quotes % 2 === 0 ? '' : csvRecords(text).rest;
}

/** One line each for the message and its DETAIL, whose further lines begin with a tab. What log_line_prefix is does not matter. */
function ofText(text: string, atMs: number): LogFindings {
  const deadlocks: ReportedDeadlock[] = [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as string;
    if (!MESSAGE.test(line)) continue;
    const [, first] = DETAIL.exec(lines[index + 1] ?? '') ?? [];
    if (first === undefined && index + 1 < lines.length) continue;
    let end = index + 2;
    while (lines[end]?.startsWith('\t')) end += 1;
    if (first === undefined || end >= lines.length)
      return { deadlocks, rest: `${lines.slice(index).join('\n')}\n` };
    const more = lines.slice(index + 2, end).map((each) => each.slice(1));
    deadlocks.push(...one([first, ...more].join('\n'), timeOf(line, atMs), 'stderr'));
  }
  return { deadlocks, rest: '' };
}

function one(detail: string, atMs: number, source: string): ReportedDeadlock[] {
  const found = deadlockOf(detail, atMs, source);
  return found === null ? [] : [found];
}

/** Only zones that are what they say: CST is three of them. */
function timeOf(text: string, atMs: number): number {
  const [, day, time, zone = ''] = TIME.exec(text) ?? [];
  if (day === undefined) return atMs;
  const offset = /^[A-Z]/.test(zone)
    ? 'Z'
    : zone.replace(/^(...):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`);
  const ms = Date.parse(`${day}T${time}${offset}`);
  return Number.isNaN(ms) ? atMs : ms;
}
