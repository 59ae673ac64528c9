import type { LockEdgeSample, LockSessionSample } from '../../../core/lock-samples.js';
import type { Finding } from '../../../core/report.js';

/** Fewer locked rows than this are no burden. */
const MANY_ROWS = 10_000;
const GROWTH_PER_SECOND = 100;
const MANY_GAPS = 20;
const GAP_SHARE = 0.3;
const MOST = 5;

/** Transactions whose locked rows are many, or grow quickly. Only InnoDB counts them. */
export function growthFindings(sessions: readonly LockSessionSample[]): Finding[] {
  const series = new Map<string, LockSessionSample[]>();
  for (const session of sessions) {
    if (session.rowsLocked === null) continue;
    series.set(session.sessionId, [...(series.get(session.sessionId) ?? []), session]);
  }
  return [...series.values()]
    .flatMap((samples) => growthOf(samples))
    .sort((a, b) => Number(b.evidence[0]?.value) - Number(a.evidence[0]?.value))
    .slice(0, MOST);
}

function growthOf(samples: readonly LockSessionSample[]): Finding[] {
  const last = samples.at(-1) as LockSessionSample;
  // One transaction: its age grows with the clock. A younger one begins anew.
  const first = samples.find(
    ({ atMs, transactionAgeMs }) =>
      Math.abs(atMs - (transactionAgeMs ?? 0) - (last.atMs - (last.transactionAgeMs ?? 0))) < 2_000,
  ) as LockSessionSample;
  const rows = last.rowsLocked ?? 0;
  const seconds = (last.atMs - first.atMs) / 1000;
  const perSecond = seconds < 1 ? 0 : (rows - (first.rowsLocked ?? 0)) / seconds;
  if (rows < MANY_ROWS && perSecond < GROWTH_PER_SECOND) return [];
  const at = new Date(last.atMs).toISOString();
  return [
    {
      code: 'LOCK_ROWS_GROW',
      severity: 'warning',
      confidence: 0.9,
      title: `Session ${last.id} (${last.user ?? '?'}) has ${rows} rows locked${perSecond > 0 ? `, ${Math.round(perSecond)} more each second` : ''}`,
      evidence: [
        { what: 'rows locked', value: rows, unit: 'rows', at },
        { what: 'growth', value: Math.round(perSecond), unit: 'rows/s', at },
        { what: 'lock structures', value: last.locksHeld ?? 'unknown', unit: '', at },
        { what: 'lock memory', value: last.lockBytes ?? 'unknown', unit: 'bytes', at },
      ],
      advice:
        'Lock fewer rows at a time: commit in batches, and give the statement an index that finds only what it changes.',
    },
  ];
}

/** Locks on gaps keep inserts out of ranges where no row is. */
export function gapFindings(sessions: readonly LockSessionSample[]): Finding[] {
  const newest = new Map(sessions.map((session) => [session.sessionId, session]));
  return [...newest.values()].flatMap((session): Finding[] => {
    const rows = session.holds.filter(({ kind }) => kind === 'row' || kind === 'gap');
    const total = count(rows.map(({ locks }) => locks));
    const gaps = count(rows.filter(isGap).map(({ locks }) => locks));
    if (gaps < MANY_GAPS || gaps / total < GAP_SHARE) return [];
    const at = new Date(session.atMs).toISOString();
    return [
      {
        code: 'LOCK_GAPS',
        severity: 'info',
        confidence: 0.7,
        title: `Session ${session.id} (${session.user ?? '?'}) holds ${gaps} gap or next-key locks of ${total} row locks seen`,
        evidence: [
          { what: 'gap and next-key share', value: Math.round((100 * gaps) / total), unit: '%', at },
        ],
        advice:
          'READ COMMITTED takes no gap locks for searches; a unique index that is searched by equality takes none either.',
      },
    ];
  });
}

/** InnoDB: a bare X or S on a row is a next-key lock, which includes the gap before it. */
function isGap({ kind, mode }: { kind: string; mode: string }): boolean {
  return kind === 'gap' || mode === 'X' || mode === 'S' || /\bGAP\b/.test(mode.replace('REC_NOT_GAP', ''));
}

export function autoIncrement(edges: readonly LockEdgeSample[]): Finding[] {
  const waits = edges.filter(({ mode }) => mode.startsWith('AUTO_INC'));
  const last = waits.at(-1);
  if (last === undefined) return [];
  return [
    {
      code: 'LOCK_AUTO_INC',
      severity: 'warning',
      confidence: 0.95,
      title: `Inserts wait for the AUTO-INC lock of ${last.resource.relation ?? 'a table'}`,
      evidence: [
        {
          what: 'sessions that waited',
          value: new Set(waits.map(({ waiterSessionId }) => waiterSessionId)).size,
          unit: '',
          at: new Date(last.atMs).toISOString(),
        },
      ],
      advice: 'innodb_autoinc_lock_mode=2 (with row-based replication) needs no such lock.',
    },
  ];
}

function count(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0);
}
