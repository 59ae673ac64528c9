import type { LockSessionSample } from '../../../core/lock-samples.js';
import type { WaitTotals } from '../../../core/reader.js';
import type { Evidence, Finding } from '../../../core/report.js';
import type { CounterSample } from '../../../core/samples.js';

/** A table half full, or one that will be full within the hour, is told of. */
const FULL_SHARE = 0.5;
const SOON_SECONDS = 3_600;
const MANY_SLOW = 20;
const MANY_COARSE = 10;

/** The shared lock table: how full, and when it will be at the slope of the window. */
export function lockTableFinding(counters: readonly CounterSample[]): Finding[] {
  const used = series(counters, 'locks.used');
  const capacity = series(counters, 'locks.capacity').at(-1)?.value ?? 0;
  const last = used.at(-1);
  if (last === undefined || capacity <= 0) return [];
  const slope = slopePerSecond(used);
  const fullIn = slope <= 0 ? null : (capacity - last.value) / slope;
  const share = last.value / capacity;
  if (share < FULL_SHARE && (fullIn === null || fullIn > SOON_SECONDS || share < 0.1)) return [];
  const at = new Date(last.atMs).toISOString();
  return [
    {
      code: 'LOCK_TABLE_FILLS',
      severity: share >= 0.8 || (fullIn !== null && fullIn < 600) ? 'critical' : 'warning',
      confidence: fullIn === null ? 0.9 : 0.7,
      title: `The shared lock table is ${Math.round(share * 100)} % full${fullIn === null ? '' : `, and full in ${Math.round(fullIn)} s at the present slope`}`,
      evidence: [
        { what: 'locks in the shared table', value: last.value, unit: 'locks', at },
        {
          what: 'max_locks_per_transaction × (max_connections + max_prepared_transactions)',
          value: capacity,
          unit: 'locks',
          at,
        },
        { what: 'slope', value: Math.round(slope * 100) / 100, unit: 'locks/s', at },
      ],
      advice:
        'When it is full, statements fail with "out of shared memory". Touch fewer tables and partitions in one transaction, or raise max_locks_per_transaction (restart).',
    },
  ];
}

/** Sessions that touch more tables than the fast path has room for queue at the lock manager's own locks. */
export function fastPathFinding(
  sessions: readonly LockSessionSample[],
  counters: readonly CounterSample[],
  waits: readonly WaitTotals[],
): Finding[] {
  const worst = sessions.reduce<LockSessionSample | null>(
    (most, each) => ((each.slowPathLocks ?? 0) > (most?.slowPathLocks ?? 0) ? each : most),
    null,
  );
  const slow = series(counters, 'locks.slowPath').at(-1);
  const fast = series(counters, 'locks.fastPath').at(-1);
  const queued = waits
    .filter(({ waitEvent }) => waitEvent === 'LockManager')
    .reduce((sum, { samples }) => sum + samples, 0);
  if ((worst?.slowPathLocks ?? 0) < MANY_SLOW && (slow?.value ?? 0) < MANY_SLOW && queued < 2) return [];
  const at = new Date(slow?.atMs ?? worst?.atMs ?? 0).toISOString();
  const total = (slow?.value ?? 0) + (fast?.value ?? 0);
  const evidence: Evidence[] = [
    { what: 'samples that waited for LWLock LockManager', value: queued, unit: 'session-seconds', at },
    ...(total === 0
      ? []
      : [
          {
            what: 'weak table locks that found no fast-path slot',
            value: Math.round((100 * (slow?.value ?? 0)) / total),
            unit: '%',
            at,
          },
        ]),
    ...(worst === null || worst.slowPathLocks === null
      ? []
      : [
          {
            what: `of session ${worst.id}`,
            value: worst.slowPathLocks,
            unit: 'locks',
            at: new Date(worst.atMs).toISOString(),
          },
        ]),
  ];
  return [
    {
      code: 'LOCK_FAST_PATH_FULL',
      severity: queued >= 2 ? 'warning' : 'info',
      confidence: queued >= 2 ? 0.9 : 0.6,
      title: 'Table locks are taken in the shared table because the fast path is full',
      evidence,
      advice:
        'A session has 16 fast-path slots before PostgreSQL 18 (then max_locks_per_transaction of them). Prune partitions at planning, drop unused indexes, or upgrade.',
    },
  ];
}

/** SIRead locks that were promoted from rows to pages and tables: false serialization failures follow. */
export function predicateFinding(counters: readonly CounterSample[]): Finding[] {
  const newest = new Map(series(counters, 'locks.predicate').map((counter) => [counter.object, counter]));
  const value = (object: string) => newest.get(object)?.value ?? 0;
  const coarse = value('page') + value('relation');
  const last = newest.get('relation') ?? newest.get('page');
  if (coarse < MANY_COARSE || last === undefined) return [];
  const at = new Date(last.atMs).toISOString();
  return [
    {
      code: 'LOCK_PREDICATE_PROMOTION',
      severity: 'warning',
      confidence: 0.8,
      title: `Serializable transactions hold ${value('relation')} whole tables and ${value('page')} pages as predicate locks, against ${value('tuple')} rows`,
      evidence: [
        { what: 'SIReadLock on tables', value: value('relation'), unit: 'locks', at },
        { what: 'SIReadLock on pages', value: value('page'), unit: 'locks', at },
        { what: 'SIReadLock on rows', value: value('tuple'), unit: 'locks', at },
      ],
      advice:
        'Promotion makes transactions conflict that do not: index the reads, or raise max_pred_locks_per_relation and max_pred_locks_per_page.',
    },
  ];
}

function series(counters: readonly CounterSample[], name: string): CounterSample[] {
  return counters.filter((counter) => counter.name === name);
}

/** Least squares over the window, locks per second. */
export function slopePerSecond(points: readonly CounterSample[]): number {
  const [first] = points;
  if (first === undefined || points.length < 3) return 0;
  const xs = points.map(({ atMs }) => (atMs - first.atMs) / 1000);
  const meanX = mean(xs);
  const meanY = mean(points.map(({ value }) => value));
  let above = 0;
  let below = 0;
  points.forEach(({ value }, index) => {
    const dx = (xs[index] as number) - meanX;
    above += dx * (value - meanY);
    below += dx * dx;
  });
  return below === 0 ? 0 : above / below;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
