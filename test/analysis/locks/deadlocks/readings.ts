import type { LockEdge, LockReading, LockSession } from '../../../../src/core/locks.js';

export const START = 1_700_000_000_000;

/** A wait for a row of `on`; `sinceMs` after START it began. */
export function edge(
  waiterId: string,
  blockerId: string,
  sinceMs: number | null,
  change: Partial<LockEdge> = {},
): LockEdge {
  return {
    waiterId,
    blockerId,
    kind: 'hard',
    mode: 'ShareLock',
    resource: {
      key: `transaction:${blockerId}`,
      kind: 'transaction',
      database: 'shop',
      relation: 'public.orders',
      index: null,
      row: null,
    },
    waitStartedAtMs: sinceMs === null ? null : START + sinceMs,
    confidence: 1,
    ...change,
  };
}

export function session(id: string, change: Partial<LockSession> = {}): LockSession {
  return {
    id,
    startedAtMs: START - 60_000,
    backendType: 'client backend',
    database: 'shop',
    user: 'app',
    application: 'test',
    state: 'active',
    digest: `digest ${id}`,
    transactionStartedAtMs: START - 10,
    statementStartedAtMs: START,
    stateChangedAtMs: START,
    rowsModified: null,
    rowsLocked: null,
    locksHeld: null,
    xminAge: null,
    ...change,
  };
}

/** `atMs` after START, by a server whose clock is `offsetMs` ahead of ours. */
export function reading(atMs: number, edges: readonly LockEdge[], offsetMs = 0): LockReading {
  const ids = new Set(edges.flatMap(({ waiterId, blockerId }) => [waiterId, blockerId]));
  return {
    atMs: START + atMs - offsetMs,
    serverNowMs: START + atMs,
    sessions: [...ids].map((id) => session(id)),
    locks: [],
    edges,
  };
}
