import type { LocksReport } from '../../../core/lock-report.js';
import type { LockEdgeSample, LockSessionSample } from '../../../core/lock-samples.js';
import type { TickTotals, WaitTotals } from '../../../core/reader.js';
import type { CounterSample } from '../../../core/samples.js';
import { LOCK_WAIT_CLASSES } from '../../../core/wait-class.js';
import { type LockContext, newestSample, SAMPLED_MS } from './context.js';
import { rootCosts } from './cost.js';
import { escalationFindings } from './escalation.js';
import { contentionFindings } from './findings.js';
import { lastHolds, longTransactions } from './long.js';
import { LONG_HORIZON_MS, momentAt } from './moment.js';
import { graphOf } from './nodes.js';
import { rootBlockers } from './roots.js';
import { xminHolders } from './xmin.js';

/** The records of a window, and which moment of it is shown. */
export interface LockRecords {
  readonly edges: readonly LockEdgeSample[];
  readonly sessions: readonly LockSessionSample[];
  readonly counters: readonly CounterSample[];
  readonly waits: readonly WaitTotals[];
  readonly ticks: TickTotals;
  readonly anonBytes: number | null;
  readonly fromMs: number;
  readonly shownMs: number;
  /** Rank by what was waited in the window, not by the waits so far. */
  readonly overWindow: boolean;
}

export type LockAnswer = Pick<
  LocksReport,
  'graph' | 'longTransactions' | 'xminHolders' | 'escalation' | 'findings' | 'items'
>;

/** Everything that is known of who blocks whom, from records alone. */
export function lockAnswer(records: LockRecords, context: LockContext): LockAnswer {
  const { edges, sessions, shownMs, fromMs, overWindow } = records;
  const close = momentAt(edges, sessions, shownMs);
  const moment =
    close.atMs === null && somebodyWaits(context)
      ? momentAt(edges, sessions, shownMs, LONG_HORIZON_MS)
      : close;
  const graph = graphOf(moment, context);
  const items = rootBlockers(graph, overWindow ? rootCosts(edges, fromMs) : null, context);
  const holders = xminHolders(records.counters, context.engine);
  const at = new Date(moment.atMs ?? shownMs).toISOString();
  return {
    graph,
    items,
    longTransactions: longTransactions(graph, lastHolds(sessions, shownMs), edges, context, shownMs),
    xminHolders: holders,
    escalation: escalationFindings({ ...records, atMs: shownMs }),
    findings: contentionFindings(items, graph, holders, at),
  };
}

/** As the last samples of sessions have it, which come each second whatever the lane of locks does; older ones are of waits that ended. */
function somebodyWaits({ sessions }: LockContext): boolean {
  const all = [...sessions.values()];
  const newestMs = newestSample(all);
  return all.some(
    ({ waitClass, at }) => LOCK_WAIT_CLASSES.has(waitClass) && newestMs - Date.parse(at) < SAMPLED_MS,
  );
}

/** Statements whose texts the answer needs. */
export function statementsIn(records: Pick<LockRecords, 'edges' | 'sessions'>): string[] {
  return [
    ...new Set([
      ...records.edges.flatMap(({ waiterStatementId, blockerStatementId }) => [
        ...(waiterStatementId === null ? [] : [waiterStatementId]),
        ...(blockerStatementId === null ? [] : [blockerStatementId]),
      ]),
      ...records.sessions.flatMap(({ statementId }) => statementId ?? []),
    ]),
  ];
}
