import type { LockEdgeSample, LockSessionSample } from '../../src/core/lock-samples.js';

/** A session's row and the edges of the same moment. */
const SAME_MOMENT_MS = 1_500;
const LONGEST = 4;

/**
 * The peer: lockdep's rule on the same readings. Whoever holds a lock on one relation and asks for one on another has
 * shown an order; a circle of orders is told. It asks neither whether anybody waited for the other way round, nor for
 * gates, nor whose keys meet. One relation twice is told where a waiter had locked it before.
 */
export function relationOrderPatterns(
  edges: readonly LockEdgeSample[],
  sessions: readonly LockSessionSample[],
): string[][] {
  const orders = new Map<string, Set<string>>();
  const twice = new Set<string>();
  const bySession = new Map<string, LockSessionSample[]>();
  for (const sample of sessions) bySession.set(sample.id, [...(bySession.get(sample.id) ?? []), sample]);
  for (const { waiterId, resource, atMs } of edges) {
    const wanted = resource.relation;
    const holder = bySession.get(waiterId)?.find((each) => Math.abs(each.atMs - atMs) < SAME_MOMENT_MS);
    if (wanted === null || holder === undefined) continue;
    for (const { relation, mode } of holder.holds) {
      if (relation === null || mode === 'AccessShareLock' || /_pkey$/.test(relation)) continue;
      if (relation === wanted) twice.add(wanted);
      else orders.set(relation, (orders.get(relation) ?? new Set()).add(wanted));
    }
  }
  return [...circles(orders), ...[...twice].map((name) => [name, name])];
}

function circles(orders: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found = new Map<string, string[]>();
  const visit = (path: readonly string[]) => {
    for (const next of orders.get(path.at(-1) as string) ?? []) {
      if (next === path[0]) found.set([...path].sort().join('\0'), [...path]);
      else if (path.length < LONGEST && !path.includes(next)) visit([...path, next]);
    }
  };
  for (const start of orders.keys()) visit([start]);
  return [...found.values()];
}
