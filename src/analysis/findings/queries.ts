import type { EngineName } from '../../core/engine-name.js';
import type { QueryItem } from '../../core/query-report.js';
import type { Finding } from '../../core/report.js';
import { OVERFLOW_DIGEST } from '../../core/statement.js';

/** More statements with the same finding are in the table anyway. */
const MOST_OF_A_KIND = 3;

export interface QueryWindow {
  readonly engine: EngineName | null;
  readonly seconds: number;
  readonly cpuCount: number;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** What stands out in a window of statements. Thresholds are shares, so that quiet servers give no finding. */
export function queryFindings(items: readonly QueryItem[], window: QueryWindow): Finding[] {
  const { seconds: windowSeconds, cpuCount, at } = window;
  const by = (value: (item: QueryItem) => number | null) =>
    [...statements].sort((a, b) => (value(b) ?? 0) - (value(a) ?? 0));
  const statements = items.filter(({ kind }) => kind === 'statement');
  const busyMs = items.reduce((sum, item) => sum + (item.cpuMs ?? 0), 0);
  const worthwhile = busyMs > windowSeconds * 1000 * cpuCount * 0.05;
  return [
    ...(worthwhile ? statements.flatMap((item) => cpuHeavy(item, at)) : []),
    ...asList(runQueue(items, windowSeconds, at)),
    ...by(({ tempBytes }) => tempBytes)
      .flatMap((item) => spills(item, window))
      .slice(0, MOST_OF_A_KIND),
    ...by(({ readBytes }) => readBytes)
      .flatMap((item) => readsFromDisk(item, windowSeconds, at))
      .slice(0, MOST_OF_A_KIND),
    ...by(lockWaitMs)
      .flatMap((item) => lockWaits(item, windowSeconds, at))
      .slice(0, MOST_OF_A_KIND),
    ...asList(readsOfOthers(items, windowSeconds, at)),
    ...asList(lostStatements(statements, at)),
  ];
}

function cpuHeavy(item: QueryItem, at: string): Finding[] {
  if ((item.cpuShare ?? 0) < 0.3) return [];
  return [
    {
      code: 'CPU_HEAVY_STATEMENT',
      severity: (item.cpuShare ?? 0) > 0.6 ? 'warning' : 'info',
      confidence: confidenceOf(item),
      title: `One statement uses ${percent(item.cpuShare)} of the instance's CPU: ${brief(item)}`,
      evidence: [
        { what: 'CPU', value: Math.round(item.cpuMs ?? 0), unit: 'ms', at },
        { what: 'calls', value: item.calls ?? 'unknown', unit: '', at },
      ],
      advice: 'Look at its plan first: nothing else on this instance saves as much CPU.',
    },
  ];
}

function runQueue(items: readonly QueryItem[], windowSeconds: number, at: string): Finding | null {
  const queuedMs = items.reduce((sum, item) => sum + (item.runQueueMs ?? 0), 0);
  const cpuMs = items.reduce((sum, item) => sum + (item.cpuMs ?? 0), 0);
  if (queuedMs < windowSeconds * 500 || queuedMs < cpuMs * 0.5) return null;
  return {
    code: 'CPU_STARVED',
    severity: 'warning',
    confidence: 0.95,
    title: 'Statements wait for a CPU: they are slower because of the host, not of themselves',
    evidence: [
      { what: 'runnable but not running', value: Math.round(queuedMs), unit: 'ms', at },
      { what: 'running', value: Math.round(cpuMs), unit: 'ms', at },
    ],
    advice:
      'Fewer sessions at once (a pool), or more cores; tuning single statements moves the queue, not its length.',
  };
}

function spills(item: QueryItem, { engine, seconds, at }: QueryWindow): Finding[] {
  const bytes = item.tempBytes ?? 0;
  if (bytes < 16 * 1024 * 1024 || bytes / seconds < 256 * 1024) return [];
  const setting = engine === 'mysql' ? 'sort_buffer_size or tmp_table_size' : 'work_mem';
  return [
    {
      code: 'SPILLS_TO_DISK',
      severity: 'warning',
      confidence: 0.95,
      title: `Sorts or hashes of this statement do not fit ${setting}: ${brief(item)}`,
      evidence: [
        { what: 'temporary files', value: bytes, unit: 'bytes', at },
        { what: 'calls', value: item.calls ?? 'unknown', unit: '', at },
      ],
      advice: `Raise ${setting} for its sessions only, or let an index give the order.`,
    },
  ];
}

function readsFromDisk(item: QueryItem, windowSeconds: number, at: string): Finding[] {
  const physical = item.readBytes ?? 0;
  const logical = item.logicalReadBytes;
  const heavy = physical / windowSeconds > 1024 * 1024;
  if (!heavy) return [];
  return [
    {
      code: 'READS_FROM_DISK',
      severity: 'info',
      confidence: confidenceOf(item),
      title: `This statement makes the disk read: ${brief(item)}`,
      evidence: [
        { what: 'read from the block layer', value: physical, unit: 'bytes', at },
        ...(logical === null
          ? []
          : [{ what: 'asked of the buffer cache', value: logical, unit: 'bytes', at }]),
      ],
      advice: 'If it needs few of the rows it reads, an index would; if it needs all, run it off the peak.',
    },
  ];
}

function lockWaits(item: QueryItem, windowSeconds: number, at: string): Finding[] {
  const waitedMs = lockWaitMs(item);
  if (waitedMs < windowSeconds * 200) return [];
  return [
    {
      code: 'WAITS_FOR_LOCKS',
      severity: 'warning',
      confidence: 0.9,
      title: `This statement mostly waits for other sessions' locks: ${brief(item)}`,
      evidence: [
        { what: 'waiting for locks', value: Math.round(waitedMs / 1000), unit: 'session-seconds', at },
      ],
      advice: 'See who holds them: `dbvitals locks` shows the tree.',
    },
  ];
}

/** Read-ahead and the like: bytes that a statement caused and that stand in no statement's row. */
function readsOfOthers(items: readonly QueryItem[], windowSeconds: number, at: string): Finding | null {
  const sum = (rows: readonly QueryItem[]) => rows.reduce((all, { readBytes }) => all + (readBytes ?? 0), 0);
  const background = sum(items.filter(({ kind }) => kind === 'background'));
  const all = sum(items);
  if (background / windowSeconds < 1024 * 1024 || background < all / 10) return null;
  return {
    code: 'READS_IN_BACKGROUND',
    severity: 'info',
    confidence: 0.9,
    title: `${percent(background / all)} of the bytes read were read by the server's own threads or processes`,
    evidence: [
      { what: 'read by them', value: background, unit: 'bytes', at },
      { what: 'read in all', value: all, unit: 'bytes', at },
    ],
    advice: 'Read-ahead works for statements: what single statements read is higher than their rows say.',
  };
}

/** What the server had no room to count apart. */
function lostStatements(statements: readonly QueryItem[], at: string): Finding | null {
  const lost = statements.find(({ digest, calls }) => digest === OVERFLOW_DIGEST && (calls ?? 0) > 0);
  if (lost === undefined) return null;
  return {
    code: 'STATEMENTS_NOT_TOLD_APART',
    severity: 'warning',
    confidence: 1,
    title: "The server's table of statements is full: new ones are counted together in one row",
    evidence: [{ what: 'calls', value: lost.calls ?? 'unknown', unit: '', at }],
    advice:
      'Raise performance_schema_digests_size (at the next start), or TRUNCATE performance_schema.events_statements_summary_by_digest.',
  };
}

function lockWaitMs({ waitMs }: QueryItem): number {
  return (waitMs.lockRow ?? 0) + (waitMs.lockObject ?? 0) + (waitMs.lockApplication ?? 0);
}

function confidenceOf(item: QueryItem): number {
  const error = (item.cpuErrorMs ?? 0) / Math.max(1, item.cpuMs ?? 0);
  return Math.round(Math.max(0.3, 0.98 - error) * 100) / 100;
}

function brief({ text, statementId }: QueryItem): string {
  const shown = text ?? `statement ${statementId}`;
  return shown.length > 90 ? `${shown.slice(0, 89)}…` : shown;
}

function percent(share: number | null): string {
  return `${Math.round((share ?? 0) * 100)} %`;
}

function asList(finding: Finding | null): Finding[] {
  return finding === null ? [] : [finding];
}
