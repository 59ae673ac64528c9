import type { LockEdgeSample } from '../../../core/lock-samples.js';
import { WaitGraph } from '../graph.js';
import { replay } from './moment.js';

/** A root's part in a window. */
export interface RootCost {
  readonly id: string;
  readonly sessionId: string;
  readonly seconds: number;
  readonly lastMs: number;
  readonly last: LockEdgeSample;
}

/**
 * Session-seconds spent behind each root of a window: what each waiter waited since it was last seen goes to the roots
 * it stands behind then. A session behind two roots counts for both.
 */
export function rootCosts(edges: readonly LockEdgeSample[], fromMs: number): RootCost[] {
  const costs = new Map<string, RootCost>();
  const seenMs = new Map<string, number>();
  replay(edges, (atMs, shown) => {
    const graph = new WaitGraph(shown);
    const spent = spentSince(shown, seenMs, fromMs);
    for (const root of graph.roots()) {
      const edge = shown.find(({ blockerId }) => blockerId === root) as LockEdgeSample;
      const known = costs.get(edge.blockerSessionId)?.seconds ?? 0;
      let seconds = known;
      for (const id of graph.behind(root)) seconds += spent.get(id) ?? 0;
      costs.set(edge.blockerSessionId, {
        id: root,
        sessionId: edge.blockerSessionId,
        seconds,
        lastMs: atMs,
        last: edge,
      });
    }
  });
  return [...costs.values()].sort((a, b) => b.seconds - a.seconds);
}

function spentSince(
  shown: readonly LockEdgeSample[],
  seenMs: Map<string, number>,
  fromMs: number,
): Map<string, number> {
  const spent = new Map<string, number>();
  for (const { waiterId, waiterSessionId, atMs, waitMs } of shown) {
    const startMs = Math.max(fromMs, atMs - (waitMs ?? 0));
    const sinceMs = Math.max(startMs, seenMs.get(waiterSessionId) ?? startMs);
    // Its other edges are of the same moment.
    if (!spent.has(waiterId)) spent.set(waiterId, Math.max(0, atMs - sinceMs) / 1000);
  }
  for (const { waiterSessionId, atMs } of shown) seenMs.set(waiterSessionId, atMs);
  return spent;
}
