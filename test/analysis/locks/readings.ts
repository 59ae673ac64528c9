import { createContentionAnalyst } from '../../../src/analysis/locks/contention/analyst.js';
import type { LockEdgeSample, LockEpisode, LockSessionSample } from '../../../src/core/lock-samples.js';
import type { LockEdge, LockReading, LockResource, LockRow, LockSession } from '../../../src/core/locks.js';
import type { EventSample } from '../../../src/core/samples.js';

export const START_MS = 1_800_000_000_000;

export const ROW: LockResource = {
  key: 'row:16384:(0,5)',
  kind: 'row',
  database: 'shop',
  relation: 'public.accounts',
  index: null,
  row: '(0,5)',
};
export const TABLE: LockResource = { ...ROW, key: 'table:16384', kind: 'table', row: null };

export function session(id: string, more: Partial<LockSession> = {}): LockSession {
  return {
    id,
    startedAtMs: START_MS - 3_600_000,
    backendType: 'client backend',
    database: 'shop',
    user: 'app',
    application: 'billing',
    state: 'active',
    digest: `d${id}`,
    transactionStartedAtMs: START_MS - 5_000,
    statementStartedAtMs: START_MS - 1_000,
    stateChangedAtMs: START_MS - 1_000,
    rowsModified: null,
    rowsLocked: null,
    locksHeld: 4,
    xminAge: null,
    ...more,
  };
}

/** `waiter` has waited for `waitedMs` at START_MS. */
export function edge(
  waiterId: string,
  blockerId: string,
  waitedMs: number,
  more: Partial<LockEdge> = {},
): LockEdge {
  return {
    waiterId,
    blockerId,
    kind: 'hard',
    mode: 'ShareLock',
    resource: ROW,
    waitStartedAtMs: START_MS - waitedMs,
    confidence: 1,
    ...more,
  };
}

export function reading(
  afterMs: number,
  edges: readonly LockEdge[],
  more: { sessions?: readonly LockSession[]; locks?: readonly LockRow[] } = {},
): LockReading {
  const given = new Map(more.sessions?.map((each) => [each.id, each]) ?? []);
  const ids = [...new Set(edges.flatMap(({ waiterId, blockerId }) => [waiterId, blockerId]))];
  return {
    atMs: START_MS + afterMs,
    serverNowMs: START_MS + afterMs,
    sessions: ids.map((id) => given.get(id) ?? session(id)),
    locks: more.locks ?? [],
    edges,
  };
}

/** What an analyst makes of readings, put together. */
export function observed(readings: readonly LockReading[], quietAfterMs?: number) {
  const analyst = createContentionAnalyst('db');
  const edges: LockEdgeSample[] = [];
  const sessions: LockSessionSample[] = [];
  const episodes: LockEpisode[] = [];
  const events: EventSample[] = [];
  const take = (found: ReturnType<typeof analyst.observe>) => {
    edges.push(...found.edges);
    sessions.push(...found.sessions);
    episodes.push(...found.episodes);
    events.push(...found.events);
  };
  for (const each of readings) take(analyst.observe(each));
  if (quietAfterMs !== undefined)
    take(
      analyst.tick({
        atMs: START_MS + quietAfterMs,
        clockOffsetMs: 0,
        sessions: [],
        statements: null,
        history: null,
        deadlocks: null,
      }),
    );
  return { edges, sessions, episodes, events };
}

/** One holder, `count` waiters in queue order, as PostgreSQL's reduced graph has them. */
export function fan(count: number, holder = '1'): LockEdge[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(1000 + index);
    const waited = 60_000 - index * 100;
    const behindId = index === 0 ? null : String(999 + index);
    return edge(id, holder, waited, { mode: 'ExclusiveLock', behindId });
  });
}
