import type { EngineName } from '../../../core/engine-name.js';
import type { LockGraph, LockNode, RollbackCost, RootBlocker } from '../../../core/lock-report.js';
import { WaitGraph } from '../graph.js';
import { adviceFor } from './advice.js';
import { type LockContext, textOf } from './context.js';
import type { RootCost } from './cost.js';

/** Root blockers of a moment, and of a window those too that are gone; the costliest first. */
export function rootBlockers(
  graph: LockGraph,
  costs: readonly RootCost[] | null,
  context: LockContext,
): RootBlocker[] {
  const links = graph.edges.map(({ waiter, blocker, behind }) => ({
    waiterId: waiter,
    blockerId: blocker,
    behindId: behind,
  }));
  const shape = new WaitGraph(links);
  const nodes = new Map(graph.nodes.map((node) => [node.sessionId, node]));
  const cost = new Map(costs?.map((each) => [each.id, each]) ?? []);
  const cyclic = new Set(graph.cycles.flat());
  const present = shape.roots().map((id) => {
    const node = nodes.get(id) as LockNode;
    const behind = [...shape.behind(id)];
    const { atOnce, inTheEnd } = shape.freedBy(id);
    const soFar = behind.reduce((sum, each) => sum + (nodes.get(each)?.waitSeconds ?? 0), 0);
    return {
      ...whoIs(node),
      inCycle: cyclic.has(id),
      blockedSessions: behind.length,
      blockedSessionSeconds: cost.get(id)?.seconds ?? soFar,
      wouldFree: { atOnce: atOnce.length, inTheEnd: inTheEnd.length },
      rollbackCost: rollbackCost(node, context.engine),
      advice: adviceFor(context.engine, { ...node, id, inCycle: cyclic.has(id) }),
    };
  });
  const shown = new Set(present.map(({ sessionId }) => sessionId));
  const gone = (costs ?? []).filter(({ id }) => !shown.has(id)).map((each) => goneRoot(each, context));
  return [...present, ...gone].sort(
    (a, b) => b.blockedSessionSeconds - a.blockedSessionSeconds || b.blockedSessions - a.blockedSessions,
  );
}

function whoIs(node: LockNode) {
  const { sessionId, user, application, client, state, stateSeconds, statementId, text } = node;
  const { transactionAgeSeconds } = node;
  return {
    sessionId,
    user,
    application,
    client,
    state,
    stateSeconds,
    statementId,
    text,
    transactionAgeSeconds,
  };
}

/** A root of the window that blocked nobody at the moment shown. */
function goneRoot({ id, seconds, last }: RootCost, context: LockContext): RootBlocker {
  const session = context.sessions.get(id) ?? null;
  return {
    sessionId: id,
    user: session?.user ?? null,
    application: session?.application ?? null,
    client: session?.client ?? null,
    state: last.blockerState,
    stateSeconds: null,
    statementId: last.blockerStatementId,
    text: textOf(context, last.blockerStatementId),
    transactionAgeSeconds: last.blockerTransactionAgeMs === null ? null : last.blockerTransactionAgeMs / 1000,
    inCycle: false,
    blockedSessions: 0,
    blockedSessionSeconds: seconds,
    wouldFree: null,
    rollbackCost: { rowsModified: null, rowsLocked: null, locksHeld: null, text: 'unknown' },
    advice: 'It blocked nobody at the moment shown.',
  };
}

function rollbackCost(
  { rowsModified, rowsLocked, locksHeld, transactionAgeSeconds }: LockNode,
  engine: EngineName | null,
): RollbackCost {
  const age = transactionAgeSeconds === null ? '' : `; open for ${Math.round(transactionAgeSeconds)} s`;
  return { rowsModified, rowsLocked, locksHeld, text: `${undoText(rowsModified, engine)}${age}` };
}

/** PostgreSQL undoes nothing row by row; InnoDB does, and often slower than it was done. */
function undoText(rowsModified: number | null, engine: EngineName | null): string {
  if (engine === 'postgresql')
    return 'immediate: nothing is undone row by row; how many dead rows it leaves to vacuum is not counted';
  if (rowsModified === null) return 'unknown: the server does not count it';
  if (rowsModified === 0) return 'nothing to undo';
  return `${rowsModified} modified ${rowsModified === 1 ? 'row' : 'rows'} to undo`;
}
