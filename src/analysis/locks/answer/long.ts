import type { LockGraph, LongTransaction } from '../../../core/lock-report.js';
import type { LockEdgeSample, LockHold, LockSessionSample } from '../../../core/lock-samples.js';
import { modeStrength } from '../../../core/lock-words.js';
import type { SessionItem } from '../../../core/session-report.js';
import { WaitGraph } from '../graph.js';
import { adviceFor } from './advice.js';
import { type LockContext, newestSample, SAMPLED_MS, textOf } from './context.js';
import { HORIZON_MS, replay } from './moment.js';

const LONG_SECONDS = 10;
const STRONGEST = 8;
/** A lock on a row keeps others from one row, whatever its mode. */
const STRONGEST_ROW = 4;
/** Demand and age at which half of their weight is reached. */
const HALF_DEMAND_SECONDS = 10;
const HALF_AGE_SECONDS = 60;
const UNLISTED_ROWS: LockHold = { mode: 'X', kind: 'row', relation: null, index: null, locks: 1 };
const MOST = 20;
/** What long transactions hold is read every ten seconds; sessions are sampled every second. */
const HOLDS_MS = 15_000;

/**
 * Transactions open for ten seconds or more, by what their locks stand against: the strength of each mode held, times the
 * time that sessions waited for the same table in the window or stand behind it now, weighed with the transaction's age.
 * One that waits itself counts half: it is old because of another.
 */
export function longTransactions(
  graph: LockGraph,
  kept: ReadonlyMap<string, LockSessionSample>,
  edges: readonly LockEdgeSample[],
  context: LockContext,
  shownMs: number,
): LongTransaction[] {
  const links = graph.edges.map(({ waiter, blocker, behind }) => ({
    waiterId: waiter,
    blockerId: blocker,
    behindId: behind,
  }));
  const shape = new WaitGraph(links);
  const waits = new Map(graph.edges.map(({ waiter, waitSeconds }) => [waiter, waitSeconds ?? 0]));
  const demand = demandByRelation(edges);
  const newestMs = newestSample([...context.sessions.values()]);
  const ids = new Set([...context.sessions.keys(), ...kept.keys()]);
  return [...ids]
    .flatMap((id): LongTransaction[] => {
      const [last, session] = [kept.get(id) ?? null, context.sessions.get(id) ?? null];
      if (!isThere(last, session, newestMs, shownMs)) return [];
      const holder = holderOf(id, last, session, context);
      if (holder === null) return [];
      const behind = [...shape.behind(id)];
      const behindSeconds = sum(behind.map((each) => waits.get(each) ?? 0));
      const demandSeconds = sum([...relationsOf(holder.holds)].map((name) => demand.get(name) ?? 0));
      const own = criticalityOf(weighed(holder), demand, behindSeconds, holder.transactionAgeSeconds);
      const criticality = waits.has(id) ? own / 2 : own;
      const blockedSessions = behind.length;
      const culprit = { id, state: holder.state, backendType: holder.backendType, inCycle: false };
      const { backendType: _, ...rest } = holder;
      return [
        { ...rest, blockedSessions, demandSeconds, criticality, advice: adviceFor(context.engine, culprit) },
      ];
    })
    .sort((a, b) => b.criticality - a.criticality || b.transactionAgeSeconds - a.transactionAgeSeconds)
    .slice(0, MOST);
}

/** The newest row of each session at a moment. */
export function lastHolds(
  sessions: readonly LockSessionSample[],
  atMs: number,
): ReadonlyMap<string, LockSessionSample> {
  return new Map(
    sessions
      .filter((session) => session.atMs <= atMs && session.atMs > atMs - HOLDS_MS)
      .sort((a, b) => a.atMs - b.atMs)
      .map((session) => [session.id, session]),
  );
}

/** In the last sample of sessions; a prepared transaction is in none, but in the graph. */
function isThere(
  kept: LockSessionSample | null,
  session: SessionItem | null,
  newestMs: number,
  shownMs: number,
): boolean {
  if (session !== null) return newestMs - Date.parse(session.at) < SAMPLED_MS;
  return kept !== null && shownMs - kept.atMs < HORIZON_MS;
}

/** Seconds that sessions waited for each relation. */
export function demandByRelation(edges: readonly LockEdgeSample[]): Map<string, number> {
  const demand = new Map<string, number>();
  const seenMs = new Map<string, number>();
  replay(edges, (atMs, shown) => {
    const counted = new Set<string>();
    for (const { waiterId, waitMs, resource } of shown) {
      if (counted.has(waiterId) || resource.relation === null) continue;
      counted.add(waiterId);
      const startMs = atMs - (waitMs ?? 0);
      const spentMs = atMs - Math.max(startMs, seenMs.get(waiterId) ?? startMs);
      demand.set(resource.relation, (demand.get(resource.relation) ?? 0) + Math.max(0, spentMs) / 1000);
    }
    for (const id of counted) seenMs.set(id, atMs);
  });
  return demand;
}

/** Rows that InnoDB counts and does not list: nobody has asked for them yet. */
function weighed({ holds, rowsLocked }: Pick<LongTransaction, 'holds' | 'rowsLocked'>): readonly LockHold[] {
  return holds.length === 0 && (rowsLocked ?? 0) > 0 ? [UNLISTED_ROWS] : holds;
}

/** 0 to 1. Nobody has asked yet: a fifth of the weight, since they may. */
export function criticalityOf(
  holds: readonly LockHold[],
  demand: ReadonlyMap<string, number>,
  behindSeconds: number,
  ageSeconds: number,
): number {
  const weights = holds.map(({ kind, mode, relation }) => {
    const asked = behindSeconds + (relation === null ? 0 : (demand.get(relation) ?? 0));
    const strength =
      kind === 'row' || kind === 'gap' ? Math.min(STRONGEST_ROW, modeStrength(mode)) : modeStrength(mode);
    return (strength / STRONGEST) * (0.2 + (0.8 * asked) / (asked + HALF_DEMAND_SECONDS));
  });
  return Math.max(0, ...weights) * (ageSeconds / (ageSeconds + HALF_AGE_SECONDS));
}

function holderOf(
  id: string,
  kept: LockSessionSample | null,
  session: SessionItem | null,
  context: LockContext,
) {
  const ageMs = kept?.transactionAgeMs ?? null;
  // The sample is newer than what was kept with the locks.
  const transactionAgeSeconds = session?.transactionAgeSeconds ?? (ageMs === null ? null : ageMs / 1000);
  if (transactionAgeSeconds === null || transactionAgeSeconds < LONG_SECONDS) return null;
  if (kept === null && session?.kind !== 'client') return null;
  const statementId = kept?.statementId ?? session?.statementId ?? null;
  return {
    sessionId: id,
    backendType: kept?.backendType ?? session?.backendType ?? null,
    user: kept?.user ?? session?.user ?? null,
    application: kept?.application ?? session?.application ?? null,
    client: session?.client ?? null,
    // Of a transaction that was only found by its age the samples know more.
    state: session?.state ?? kept?.state ?? 'unknown',
    stateSeconds: kept?.stateAgeMs === null || kept?.stateAgeMs === undefined ? null : kept.stateAgeMs / 1000,
    transactionAgeSeconds,
    statementId,
    text: textOf(context, statementId),
    holds: kept?.holds ?? [],
    rowsLocked: kept?.rowsLocked ?? null,
    rowsModified: kept?.rowsModified ?? null,
    xminAge: kept?.xminAge ?? null,
  };
}

function relationsOf(holds: readonly LockHold[]): Set<string> {
  return new Set(holds.flatMap(({ relation }) => relation ?? []));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
