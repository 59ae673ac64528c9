import type { LockGraph, LockGraphEdge, LockNode } from '../../core/lock-report.js';

/** A session with those who wait for it, as it is drawn. */
export interface Branch {
  readonly node: LockNode;
  /** The edge to the one above; null for a root. */
  readonly edge: LockGraphEdge | null;
  /** Others who hold up the same session, beside the one above. */
  readonly also: readonly string[];
  readonly queues: readonly Queue[];
}

/** Those who wait for one thing behind one session, longest first; equal ones beyond a dozen are only counted. */
export interface Queue {
  readonly resource: string;
  readonly waiters: number;
  readonly shown: readonly Branch[];
  readonly hidden: {
    readonly count: number;
    readonly longestSeconds: number;
    readonly shortestSeconds: number;
  } | null;
}

export interface Tree {
  /** Roots in the order given. */
  readonly roots: readonly Branch[];
  /** Sessions that wait for one another, each with what stands behind it. */
  readonly cycles: readonly (readonly Branch[])[];
}

const SHOWN = 12;

/**
 * The wait graph as a tree. A session with several blockers stands below one that holds what it wants, else below the
 * one before it in the queue: a row with 200 waiters is one flat list in queue order, not 200 levels.
 */
export function treeOf(graph: LockGraph, rootIds: readonly string[]): Tree {
  const nodes = new Map(graph.nodes.map((node) => [node.sessionId, node]));
  const cyclic = new Set(graph.cycles.flat());
  const roots = rootIds.filter((id) => nodes.has(id) && !cyclic.has(id));
  const parents = parentsOf(graph, new Set([...roots, ...cyclic]));
  const children = new Map<string, LockGraphEdge[]>();
  for (const edge of parents.values())
    children.set(edge.blocker, [...(children.get(edge.blocker) ?? []), edge]);
  const blockers = blockersOf(graph);
  const branch = (id: string, edge: LockGraphEdge | null): Branch => ({
    node: nodes.get(id) as LockNode,
    edge,
    also: edge === null ? [] : (blockers.get(id) ?? []).filter((other) => other !== edge.blocker),
    queues: queuesOf(children.get(id) ?? [], children, branch),
  });
  return {
    roots: roots.map((id) => branch(id, null)),
    cycles: graph.cycles.map((cycle) => inOrder(cycle, graph).map((id) => branch(id, null))),
  };
}

/** Each waiter's one place, found outwards from the roots, so that nobody stands below himself. */
function parentsOf(graph: LockGraph, tops: ReadonlySet<string>): Map<string, LockGraphEdge> {
  const chosen = new Map<string, LockGraphEdge>();
  const byBlocker = new Map<string, LockGraphEdge[]>();
  for (const edge of graph.edges) byBlocker.set(edge.blocker, [...(byBlocker.get(edge.blocker) ?? []), edge]);
  for (const kind of ['hard', 'soft'] as const) {
    const open = [...tops, ...chosen.keys()];
    for (let index = 0; index < open.length; index += 1) {
      for (const edge of byBlocker.get(open[index] as string) ?? []) {
        if ((kind === 'hard' && edge.kind !== 'hard') || tops.has(edge.waiter) || chosen.has(edge.waiter))
          continue;
        chosen.set(edge.waiter, edge);
        open.push(edge.waiter);
      }
    }
  }
  return chosen;
}

function blockersOf(graph: LockGraph): Map<string, string[]> {
  const blockers = new Map<string, string[]>();
  for (const { waiter, blocker, kind } of graph.edges) {
    if (kind !== 'hard') continue;
    const known = blockers.get(waiter) ?? [];
    if (!known.includes(blocker)) blockers.set(waiter, [...known, blocker]);
  }
  return blockers;
}

function queuesOf(
  edges: readonly LockGraphEdge[],
  children: ReadonlyMap<string, readonly LockGraphEdge[]>,
  branch: (id: string, edge: LockGraphEdge) => Branch,
): Queue[] {
  const byResource = new Map<string, LockGraphEdge[]>();
  for (const edge of edges) byResource.set(edge.resource, [...(byResource.get(edge.resource) ?? []), edge]);
  return [...byResource]
    .map(([resource, waiting]) => {
      const sorted = waiting.sort((a, b) => (b.waitSeconds ?? 0) - (a.waitSeconds ?? 0));
      const leaves = sorted.filter(({ waiter }) => !children.has(waiter));
      // One more costs no more room than saying that there is one more.
      const hidden = leaves.length > SHOWN + 1 ? leaves.slice(SHOWN) : [];
      const dropped = new Set(hidden);
      return {
        resource,
        waiters: waiting.length,
        shown: sorted.filter((edge) => !dropped.has(edge)).map((edge) => branch(edge.waiter, edge)),
        hidden:
          hidden.length === 0
            ? null
            : {
                count: hidden.length,
                longestSeconds: hidden[0]?.waitSeconds ?? 0,
                shortestSeconds: hidden.at(-1)?.waitSeconds ?? 0,
              },
      };
    })
    .sort((a, b) => b.waiters - a.waiters);
}

/** A cycle from waiter to blocker, as far as one walk gets; members off the walk follow. */
function inOrder(cycle: readonly string[], graph: LockGraph): string[] {
  const members = new Set(cycle);
  const order: string[] = [];
  let next = [...cycle].sort()[0];
  while (next !== undefined && !order.includes(next)) {
    const current: string = next;
    order.push(current);
    next = graph.edges.find(
      ({ waiter, blocker }) => waiter === current && members.has(blocker) && !order.includes(blocker),
    )?.blocker;
  }
  return [...order, ...cycle.filter((id) => !order.includes(id))];
}
