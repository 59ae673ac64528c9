import type { LockEdgeSample, LockSessionSample } from '../../../core/lock-samples.js';

/** The wait graph as it stood at one moment. */
export interface Moment {
  /** When what is shown was seen; null when nobody waited. */
  readonly atMs: number | null;
  readonly edges: readonly LockEdgeSample[];
  readonly sessions: ReadonlyMap<string, LockSessionSample>;
}

/** Rows older than this say nothing about a moment, */
export const HORIZON_MS = 3_000;
/** unless the lane was slowed down or paused while sessions still waited: then the last that was seen is the best there is. */
export const LONG_HORIZON_MS = 60_000;
/** Where a graph is too large to be kept whole at each change: a waiter not seen for longer than this is gone. */
const GONE_AFTER_MS = 1_300;

/** What had been seen last at `atMs`: the newest edges of each waiter that was still there. */
export function momentAt(
  edges: readonly LockEdgeSample[],
  sessions: readonly LockSessionSample[],
  atMs: number,
  horizonMs: number = HORIZON_MS,
): Moment {
  const recent = edges.filter((edge) => edge.atMs <= atMs && edge.atMs > atMs - horizonMs);
  const shown = present(recent);
  const seenMs = shown.reduce((newest, edge) => Math.max(newest, edge.atMs), 0);
  return {
    atMs: shown.length === 0 ? null : seenMs,
    edges: shown,
    sessions: new Map(
      sessions
        .filter((session) => session.atMs <= atMs && session.atMs > atMs - horizonMs)
        .sort((a, b) => a.atMs - b.atMs)
        .map((session) => [session.id, session]),
    ),
  };
}

/** The moment at which most sessions waited; the longest-waiting one among equals. Null when nobody did. */
export function worstMoment(edges: readonly LockEdgeSample[]): number | null {
  let worst: { atMs: number; waiters: number; waitMs: number } | null = null;
  replay(edges, (atMs, shown) => {
    const waiters = new Set(shown.map(({ waiterId }) => waiterId)).size;
    const waitMs = shown.reduce((sum, edge) => sum + (edge.waitMs ?? 0), 0);
    if (worst === null || waiters > worst.waiters || (waiters === worst.waiters && waitMs > worst.waitMs))
      worst = { atMs, waiters, waitMs };
  });
  return (worst as { atMs: number } | null)?.atMs ?? null;
}

/** Walks through the moments of a window, oldest first: each time at which something was kept, with the edges as they stood then. */
export function replay(
  edges: readonly LockEdgeSample[],
  visit: (atMs: number, edges: readonly LockEdgeSample[]) => void,
): void {
  const sorted = [...edges].sort((a, b) => a.atMs - b.atMs);
  const byWaiter = new Map<string, LockEdgeSample[]>();
  for (let index = 0; index < sorted.length; ) {
    const { atMs } = sorted[index] as LockEdgeSample;
    const batch: LockEdgeSample[] = [];
    for (; sorted[index]?.atMs === atMs; index += 1) batch.push(sorted[index] as LockEdgeSample);
    const waiters = new Set(batch.map(({ waiterId }) => waiterId));
    // The whole graph: who is not in it is gone.
    if (waiters.size === batch[0]?.waiters) byWaiter.clear();
    for (const waiterId of waiters) byWaiter.set(waiterId, []);
    for (const edge of batch) byWaiter.get(edge.waiterId)?.push(edge);
    for (const [waiterId, [first]] of byWaiter)
      if (first !== undefined && first.atMs < atMs - GONE_AFTER_MS) byWaiter.delete(waiterId);
    visit(atMs, [...byWaiter.values()].flat());
  }
}

function present(edges: readonly LockEdgeSample[]): readonly LockEdgeSample[] {
  let shown: readonly LockEdgeSample[] = [];
  replay(edges, (_, current) => {
    shown = current;
  });
  return shown;
}
