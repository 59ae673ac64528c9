import type { LockGraph, LockGraphEdge, LockNode, LockWait } from '../../../core/lock-report.js';
import type { LockEdgeSample } from '../../../core/lock-samples.js';
import { resourceText } from '../../../core/lock-words.js';
import { WaitGraph } from '../graph.js';
import { type LockContext, textOf } from './context.js';
import type { Moment } from './moment.js';

/** The graph of a moment with everything that is known of its sessions; those who wait longest first. */
export function graphOf(moment: Moment, context: LockContext): LockGraph {
  const graph = new WaitGraph(moment.edges);
  const waits = new Map<string, LockEdgeSample>();
  for (const edge of moment.edges) if (!waits.has(edge.waiterId)) waits.set(edge.waiterId, edge);
  const blocks = new Map(moment.edges.map((edge) => [edge.blockerId, edge]));
  return {
    at: moment.atMs === null ? null : new Date(moment.atMs).toISOString(),
    nodes: graph.nodes
      .map((id) => nodeOf(id, moment, waits.get(id) ?? null, blocks.get(id) ?? null, context))
      .sort((a, b) => (b.waitSeconds ?? -1) - (a.waitSeconds ?? -1)),
    edges: moment.edges.map(edgeOf),
    cycles: graph.cycles(),
  };
}

function nodeOf(
  id: string,
  { sessions }: Moment,
  wait: LockEdgeSample | null,
  block: LockEdgeSample | null,
  context: LockContext,
): LockNode {
  const kept = sessions.get(id) ?? null;
  const session = context.sessions.get(id) ?? null;
  const statementId =
    kept?.statementId ?? wait?.waiterStatementId ?? block?.blockerStatementId ?? session?.statementId ?? null;
  return {
    sessionId: id,
    backendType: kept?.backendType ?? session?.backendType ?? null,
    database: kept?.database ?? session?.database ?? null,
    user: kept?.user ?? session?.user ?? null,
    application: kept?.application ?? session?.application ?? null,
    client: session?.client ?? null,
    state: kept?.state ?? block?.blockerState ?? session?.state ?? 'unknown',
    stateSeconds: seconds(kept?.stateAgeMs),
    statementId,
    text: textOf(context, statementId),
    holds: kept?.holds ?? [],
    waitsFor: wait === null ? null : waitOf(wait),
    waitSeconds: seconds(wait?.waitMs),
    transactionAgeSeconds:
      seconds(kept?.transactionAgeMs ?? block?.blockerTransactionAgeMs) ??
      session?.transactionAgeSeconds ??
      null,
    rowsModified: kept?.rowsModified ?? null,
    rowsLocked: kept?.rowsLocked ?? null,
    locksHeld: kept?.locksHeld ?? null,
  };
}

function waitOf({ mode, resource }: LockEdgeSample): LockWait {
  return { mode, kind: resource.kind, resource: resourceText(resource), relation: resource.relation };
}

function edgeOf(edge: LockEdgeSample): LockGraphEdge {
  return {
    waiter: edge.waiterId,
    blocker: edge.blockerId,
    behind: edge.behindId,
    kind: edge.kind,
    mode: edge.mode,
    resource: resourceText(edge.resource),
    waitSeconds: seconds(edge.waitMs),
    confidence: edge.confidence,
  };
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}
