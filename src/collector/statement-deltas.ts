import { increaseOf } from '../core/delta.js';
import type { StatementReading } from '../core/probe.js';
import type { StatementCounters, StatementDelta } from '../core/statement.js';

/** Digest counters as differences. A reset, or an entry that the server evicted and began anew, gives no difference. */
export class StatementDeltas {
  #previous = new Map<string, StatementCounters>();
  #epoch: string | null = null;
  #atMs: number | null = null;

  /** Null at the first reading and after a reset. */
  next(reading: StatementReading, atMs: number): StatementDelta[] | null {
    const current = merged(reading.counters);
    const fromMs = this.#atMs;
    const comparable = fromMs !== null && this.#epoch === reading.epoch && !wasReset(this.#previous, current);
    const deltas: StatementDelta[] = [];
    if (comparable) {
      for (const [key, counters] of current) {
        const delta = difference(this.#previous.get(key), counters);
        if (delta !== null) deltas.push({ ...delta, fromMs, toMs: atMs });
      }
    }
    this.#previous = current;
    this.#epoch = reading.epoch;
    this.#atMs = atMs;
    return comparable ? deltas : null;
  }
}

/** The same key may come more than once (nested and top level are told apart, the rest is summed). */
function merged(counters: readonly StatementCounters[]): Map<string, StatementCounters> {
  const result = new Map<string, StatementCounters>();
  for (const each of counters) {
    const key = `${each.digest}/${each.database}/${each.user}/${each.topLevel}`;
    const known = result.get(key);
    result.set(key, known === undefined ? each : combine(known, each, (a, b) => a + b));
  }
  return result;
}

/** Servers without a reset time: most entries gone and none of the rest higher. */
function wasReset(
  previous: ReadonlyMap<string, StatementCounters>,
  current: ReadonlyMap<string, StatementCounters>,
): boolean {
  let fell = 0;
  for (const [key, { calls }] of current) if (calls < (previous.get(key)?.calls ?? 0)) fell += 1;
  return fell > 0 && fell >= current.size / 2;
}

/** An entry not seen before is new since the last reading: it counts from zero. Unchanged entries are left out. */
function difference(
  previous: StatementCounters | undefined,
  next: StatementCounters,
): StatementCounters | null {
  if (previous === undefined) return next.calls > 0 ? next : null;
  if (next.calls < previous.calls || next.execMs < previous.execMs) return null;
  if (next.calls === previous.calls && next.execMs === previous.execMs) return null;
  return combine(previous, next, (before, now) => increaseOf(before, now) ?? 0);
}

function combine(
  a: StatementCounters,
  b: StatementCounters,
  of: (a: number, b: number) => number,
): StatementCounters {
  const maybe = (x: number | null, y: number | null) => (x === null || y === null ? null : of(x, y));
  return {
    digest: b.digest,
    database: b.database,
    user: b.user,
    topLevel: b.topLevel,
    commitTimed: b.commitTimed,
    calls: of(a.calls, b.calls),
    rows: of(a.rows, b.rows),
    execMs: of(a.execMs, b.execMs),
    planMs: maybe(a.planMs, b.planMs),
    ioMs: maybe(a.ioMs, b.ioMs),
    sharedHitBytes: maybe(a.sharedHitBytes, b.sharedHitBytes),
    sharedReadBytes: maybe(a.sharedReadBytes, b.sharedReadBytes),
    sharedWrittenBytes: maybe(a.sharedWrittenBytes, b.sharedWrittenBytes),
    tempReadBytes: maybe(a.tempReadBytes, b.tempReadBytes),
    tempWrittenBytes: maybe(a.tempWrittenBytes, b.tempWrittenBytes),
    walBytes: maybe(a.walBytes, b.walBytes),
  };
}
