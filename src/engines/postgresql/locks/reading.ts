import type { LockEdge, LockReading, LockResource, LockRow, LockSession } from '../../../core/locks.js';
import { exactMs } from '../exact-ms.js';
import { stateOf } from '../states.js';
import { modeBit } from './modes.js';
import { type OwnerOf, ownersOf, preparedId } from './owners.js';
import { edgesOf, type LockQueue, type Waiter } from './queue.js';
import { resourceOf } from './resource.js';
import { entriesOf, type LockEntry, type LocksRow } from './rows.js';

/** The rows of one snapshot as a reading. `ordered`: the server tells since when each waits (PostgreSQL 14 and newer). */
export function readingOf(rows: readonly LocksRow[], atMs: number, ordered: boolean): LockReading {
  const entries = entriesOf(rows);
  const ownerOf = ownersOf(rows, entries);
  const statements = new Map(rows.map((row) => [row.holder, row.statement_started_at_ms]));
  const rowsWaitedFor = waitedRows(entries);
  const resource = (entry: LockEntry) =>
    (entry.granted ? undefined : rowsWaitedFor.get(entry.holder)) ?? resourceOf(entry.key);
  const edges = queues(entries, ownerOf, statements, ordered).flatMap(({ queue, waiting }) =>
    edgesOf(queue).map(({ waiter, blocker, kind, behind, confidence }): LockEdge => {
      return {
        waiterId: waiter.session,
        blockerId: blocker,
        kind,
        mode: waiter.mode,
        resource: resource(waiting.get(waiter.session) as LockEntry),
        waitStartedAtMs: waiter.waitStartedAtMs,
        behindId: behind,
        confidence,
      };
    }),
  );
  const locks = rowsOf(entries, ownerOf, resource);
  const concerned = new Set([
    ...edges.flatMap(({ waiterId, blockerId }) => [waiterId, blockerId]),
    ...locks.filter(({ granted }) => !granted).map(({ sessionId }) => sessionId),
  ]);
  return {
    atMs,
    serverNowMs: rows.find(({ row_kind }) => row_kind === 'now')?.started_at_ms ?? atMs,
    sessions: sessionsOf(rows, ownerOf, concerned),
    locks: locks.filter(({ sessionId }) => concerned.has(sessionId)),
    edges,
    nextXid: nextXidOf(rows),
  };
}

/** Each row's age counts up to the id that comes next, all of them in one statement; ids go round at 2^32, which is one unknown moment. */
function nextXidOf(rows: readonly LocksRow[]): number | null {
  const row = rows.find(({ xid, xid_age: age }) => typeof xid === 'number' && typeof age === 'number');
  return row === undefined ? null : (row.xid as number) + (row.xid_age as number);
}

/** Sessions and what they hold, as a reading in which nobody waits. */
export function heldIn(rows: readonly LocksRow[], atMs: number): LockReading {
  const own = (holder: string) => holder;
  const ids = new Set(rows.flatMap(({ row_kind, holder }) => (row_kind === 'session' ? (holder ?? []) : [])));
  return {
    atMs,
    serverNowMs: rows.find(({ row_kind }) => row_kind === 'now')?.started_at_ms ?? atMs,
    sessions: sessionsOf(rows, own, ids),
    locks: rowsOf(entriesOf(rows), own, ({ key }) => resourceOf(key)),
    edges: [],
  };
}

/** Who waits for the end of a transaction because of a row holds the lock on that row meanwhile: it names the row. */
function waitedRows(entries: readonly LockEntry[]): Map<string, LockResource> {
  const waiting = new Set(
    entries
      .filter(({ granted, key }) => !granted && key.startsWith('transactionid:'))
      .map(({ holder }) => holder),
  );
  return new Map(
    entries
      .filter(({ granted, key, holder }) => granted && key.startsWith('tuple:') && waiting.has(holder))
      .map(({ holder, key }) => [holder, resourceOf(key)]),
  );
}

interface Contended {
  readonly queue: LockQueue;
  readonly waiting: ReadonlyMap<string, LockEntry>;
}

/** Locks that somebody waits for, with their holders and waiters by owner. */
function queues(
  entries: readonly LockEntry[],
  ownerOf: OwnerOf,
  statements: ReadonlyMap<string | null, number | null>,
  ordered: boolean,
): Contended[] {
  const byKey = new Map<string, LockEntry[]>();
  for (const entry of entries) {
    const known = byKey.get(entry.key);
    if (known === undefined) byKey.set(entry.key, [entry]);
    else known.push(entry);
  }
  return [...byKey.values()].flatMap((all) => {
    const waiting = new Map(
      all.filter(({ granted }) => !granted).map((each) => [ownerOf(each.holder), each]),
    );
    if (waiting.size === 0) return [];
    const holders = new Map<string, number>();
    for (const { granted, holder, mode } of all) {
      const owner = ownerOf(holder);
      if (granted) holders.set(owner, (holders.get(owner) ?? 0) | modeBit(mode));
    }
    const waiters = [...waiting].map(
      ([session, { holder, mode, waitStartedAtMs }]): Waiter => ({
        session,
        mode,
        waitStartedAtMs,
        statementStartedAtMs: statements.get(holder) ?? null,
      }),
    );
    return [{ queue: { holders, waiters, ordered }, waiting }];
  });
}

/** Locks by owner; what several workers of one leader hold alike is one. */
function rowsOf(
  entries: readonly LockEntry[],
  ownerOf: OwnerOf,
  resource: (entry: LockEntry) => LockResource,
): LockRow[] {
  const rows = new Map<string, LockRow>();
  for (const entry of entries) {
    const { holder, key, mode, granted, waitStartedAtMs, fastPath } = entry;
    const sessionId = ownerOf(holder);
    const row = { sessionId, resource: resource(entry), mode, granted, waitStartedAtMs, fastPath };
    rows.set(`${sessionId}|${key}|${mode}|${granted}`, row);
  }
  return [...rows.values()];
}

function sessionsOf(
  rows: readonly LocksRow[],
  ownerOf: OwnerOf,
  concerned: ReadonlySet<string>,
): LockSession[] {
  return rows.flatMap((row) => {
    if (row.row_kind === 'prepared') {
      const id = preparedId(row);
      return concerned.has(id) ? [preparedSession(row, id)] : [];
    }
    if (row.row_kind !== 'session' || row.holder === null || !concerned.has(row.holder)) return [];
    return ownerOf(row.holder) === row.holder ? [sessionOf(row, row.holder)] : [];
  });
}

function sessionOf(row: LocksRow, id: string): LockSession {
  return {
    id,
    startedAtMs: exactMs(row.started_at_ms),
    backendType: row.backend_type ?? 'hidden',
    database: row.database_id === '0' ? null : row.database_id,
    user: row.user_id === '0' ? null : row.user_id,
    application: row.application === '' ? null : row.application,
    state: stateOf(row.state, row.backend_type),
    digest: row.digest,
    transactionStartedAtMs: exactMs(row.transaction_started_at_ms),
    statementStartedAtMs: exactMs(row.statement_started_at_ms),
    stateChangedAtMs: exactMs(row.state_changed_at_ms),
    rowsModified: null,
    rowsLocked: null,
    locksHeld: row.locks_held,
    xminAge: row.xmin_age,
    xid: row.xid ?? null,
  };
}

/** It waits for a COMMIT PREPARED or ROLLBACK PREPARED of anybody. */
function preparedSession(row: LocksRow, id: string): LockSession {
  return {
    ...sessionOf(row, id),
    startedAtMs: exactMs(row.transaction_started_at_ms),
    backendType: 'prepared transaction',
    application: null,
    state: 'idleInTransaction',
  };
}
