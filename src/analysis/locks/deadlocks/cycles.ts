import type { LockEdge } from '../../../core/locks.js';

/** A closed cycle: the blocker of each edge is the waiter of the next, and of the last the waiter of the first. */
export type Cycle = readonly LockEdge[];

/**
 * Closed cycles among the edges, the shortest of each strongly connected component (Tarjan). Components share no
 * session; when the server breaks one cycle of several in a component, the next reading shows the other.
 */
export function cyclesOf(edges: readonly LockEdge[]): Cycle[] {
  const out = new Map<string, LockEdge[]>();
  for (const edge of edges) {
    const known = out.get(edge.waiterId);
    if (known === undefined) out.set(edge.waiterId, [edge]);
    else known.push(edge);
  }
  return components(out).flatMap((members) => shortest(members, out) ?? []);
}

/** Strongly connected components with at least two members; iterative, since chains of waiters may be long. */
function components(out: ReadonlyMap<string, readonly LockEdge[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];
  for (const root of out.keys()) {
    if (index.has(root)) continue;
    const work: { readonly node: string; next: number }[] = [];
    const enter = (node: string) => {
      index.set(node, index.size);
      low.set(node, index.size - 1);
      stack.push(node);
      onStack.add(node);
      work.push({ node, next: 0 });
    };
    enter(root);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { node } = top;
      const edge = out.get(node)?.[top.next];
      top.next += 1;
      if (edge !== undefined) {
        const to = edge.blockerId;
        if (!index.has(to)) enter(to);
        else if (onStack.has(to)) low.set(node, Math.min(low.get(node) as number, index.get(to) as number));
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent) as number, low.get(node) as number));
      if (low.get(node) === index.get(node)) {
        const members = stack.splice(stack.indexOf(node));
        for (const member of members) onStack.delete(member);
        if (members.length > 1) found.push(members);
      }
    }
  }
  return found;
}

/** Breadth first from each member back to itself, inside the component. */
function shortest(members: readonly string[], out: ReadonlyMap<string, readonly LockEdge[]>): Cycle[] | null {
  const inside = new Set(members);
  let best: LockEdge[] | null = null;
  for (const start of members) {
    const path = pathBack(start, inside, out);
    if (path !== null && (best === null || path.length < best.length)) best = path;
    if (best?.length === 2) break;
  }
  return best === null ? null : [best];
}

function pathBack(
  start: string,
  inside: ReadonlySet<string>,
  out: ReadonlyMap<string, readonly LockEdge[]>,
): LockEdge[] | null {
  const via = new Map<string, LockEdge>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const edge of out.get(node) ?? []) {
      if (!inside.has(edge.blockerId) || via.has(edge.blockerId)) continue;
      via.set(edge.blockerId, edge);
      if (edge.blockerId !== start) queue.push(edge.blockerId);
      else return unwind(start, via);
    }
  }
  return null;
}

function unwind(start: string, via: ReadonlyMap<string, LockEdge>): LockEdge[] {
  const path: LockEdge[] = [];
  for (let node = start; ; ) {
    const edge = via.get(node) as LockEdge;
    path.unshift(edge);
    node = edge.waiterId;
    if (node === start) return path;
  }
}
