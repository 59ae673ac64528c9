import type { LockEdge, LockResource, LockRow } from '../../../core/locks.js';
import { AGREED, type Found, ORDERED, PARTLY, type Place, reduced, type SessionIndex } from './found.js';
import { rowResource } from './resources.js';
import { requestWaits, waitingMode } from './row-modes.js';
import { type LockColumns, type LockParts, numberOf, ownerOf } from './rows.js';

interface Waiter {
  readonly id: string;
  readonly lockId: string;
  readonly lock: LockColumns | null;
  readonly resource: LockResource;
  readonly record: string;
  readonly waitStartedAtMs: number | null;
  /** Seconds of the wait, then the time of the statement: INNODB_TRX tells whole seconds only. */
  readonly order: number;
}

interface Holder {
  readonly id: string;
  readonly mode: string | null;
}

/** InnoDB: who waits for a record or a table, who holds it, and who waits before. */
export function rowLocks(parts: LockParts, sessions: SessionIndex): Found {
  const waiters = waitersOf(parts, sessions).sort((a, b) => a.order - b.order);
  const queues = groupBy(waiters, ({ record }) => record);
  const told = new Set(parts.held.map((pair) => `${pair.lock_id} ${pair.blocking_lock_id}`));
  const holders = holdersOf(parts, waiters);
  const places = new Map<Waiter, Place>();
  const edges: LockEdge[] = [];
  const locks = new Map<string, LockRow>();
  for (const waiter of waiters) {
    const { id, lock, resource, waitStartedAtMs } = waiter;
    const mode = lock?.mode ?? 'unknown';
    const edge = { waiterId: id, mode, resource, waitStartedAtMs };
    keep(locks, { sessionId: id, resource, mode, granted: false, waitStartedAtMs, fastPath: null });
    const against = holders(waiter).filter((holder) => holder.id !== id);
    const hard = against.map((holder) => holder.id);
    const before = waiterBefore(waiter, queues.get(waiter.record) ?? [], told);
    const { soft, behindId, stands } = reduced(hard, before === null ? null : (places.get(before) ?? null));
    places.set(waiter, { id, hard, byHolders: !soft || stands });
    for (const holder of against) {
      keep(locks, { ...LOCK, sessionId: holder.id, resource, mode: holder.mode ?? 'unknown', granted: true });
      const confidence = lock === null || !sessions.has(holder.id) ? PARTLY : AGREED;
      if (!stands) edges.push({ ...edge, blockerId: holder.id, kind: 'hard', behindId, confidence });
    }
    if (soft && before !== null)
      edges.push({ ...edge, blockerId: before.id, kind: 'soft', behindId: null, confidence: ORDERED });
  }
  for (const row of parts.own) keep(locks, ownLock(row));
  return { edges, locks: [...locks.values()] };
}

const LOCK = { waitStartedAtMs: null, fastPath: null } as const;

function keep(locks: Map<string, LockRow>, lock: LockRow): void {
  locks.set(`${lock.sessionId} ${lock.granted} ${lock.resource.key}`, lock);
}

/** A lock that a waiter has, and on which side of what it waits for its key is. */
function ownLock(row: LockColumns): LockRow {
  const keyOrder = row.status === 'before' || row.status === 'after' ? row.status : null;
  const resource = rowResource(row, `own:${row.trx_id}`);
  return { ...LOCK, sessionId: ownerOf(row), resource, mode: row.mode ?? 'unknown', granted: true, keyOrder };
}

function waitersOf(parts: LockParts, sessions: SessionIndex): Waiter[] {
  const locks = new Map(parts.lock.map((lock) => [lock.lock_id, lock]));
  return parts.transaction.flatMap((transaction): Waiter[] => {
    const { lock_id: lockId } = transaction;
    if (lockId === null) return [];
    const lock = locks.get(lockId) ?? null;
    const record = lock?.record ?? lockId;
    const id = ownerOf(transaction);
    const waitStartedAtMs = numberOf(transaction.started_ms);
    const statementMs = numberOf(sessions.get(id)?.started_ms ?? null) ?? waitStartedAtMs ?? 0;
    return [
      {
        id,
        lockId,
        lock,
        resource: rowResource(lock, record),
        record,
        waitStartedAtMs: startOf(waitStartedAtMs, statementMs),
        order: startOf(waitStartedAtMs, statementMs) ?? 0,
      },
    ];
  });
}

/** A wait is no older than its statement, and INNODB_TRX cuts to seconds. */
function startOf(waitMs: number | null, statementMs: number): number | null {
  return waitMs === null ? null : Math.max(waitMs, Math.min(statementMs, waitMs + 999));
}

/** Sessions that hold what a waiter waits for: those told for it, or for another waiter for the same in the same mode. */
function holdersOf(parts: LockParts, waiters: readonly Waiter[]): (waiter: Waiter) => readonly Holder[] {
  const waitedFor = new Set(waiters.map(({ lockId }) => lockId));
  const owners = new Map(parts.transaction.map((row) => [String(row.trx_id), ownerOf(row)]));
  const locks = new Map(parts.lock.map((lock) => [lock.lock_id, lock]));
  const byLock = new Map<string, Holder[]>();
  for (const row of parts.held) {
    const { lock_id: lockId, blocking_lock_id: blocking } = row;
    const shared = isShared(row);
    if (lockId === null || (!shared && waitedFor.has(blocking ?? ''))) continue;
    const mode = row.mode ?? locks.get(blocking)?.mode ?? null;
    const told = owners.get(String(row.trx_id)) ?? (row.id === null ? null : String(row.id));
    const ids = shared
      ? readersBut(locks.get(blocking)?.record ?? null, parts, waiters)
      : told === null
        ? []
        : [told];
    byLock.set(lockId, [...(byLock.get(lockId) ?? []), ...ids.map((id) => ({ id, mode }))]);
  }
  const groups = groupBy(waiters, groupOf);
  return (waiter) => {
    const own = byLock.get(waiter.lockId) ?? [];
    const mode = waiter.lock?.mode ?? null;
    const found =
      own.length > 0 || mode === null
        ? own
        : (groups.get(groupOf(waiter)) ?? []).flatMap(({ lockId }) => byLock.get(lockId) ?? []);
    return [...new Map(found.map((holder) => [holder.id, holder])).values()];
  };
}

/** MariaDB numbers a transaction when it first writes: all that only locked what they read have the number 0. */
function isShared({ trx_id }: LockColumns): boolean {
  return Number(trx_id) === 0;
}

/** Those among them that hold some lock and do not wait for this very record. */
function readersBut(record: string | null, parts: LockParts, waiters: readonly Waiter[]): string[] {
  const waiting = new Set(waiters.filter((waiter) => waiter.record === record).map(({ id }) => id));
  return parts.transaction
    .filter((row) => isShared(row) && Number(row.rows_locked) > 0 && !waiting.has(String(row.id)))
    .map(({ id }) => String(id));
}

function groupOf({ record, lock }: Waiter): string {
  return `${record} ${lock?.mode}`;
}

/** The nearest waiter before this one in the queue that it waits for too. */
function waiterBefore(waiter: Waiter, queue: readonly Waiter[], told: ReadonlySet<string>): Waiter | null {
  const mode = waiter.lock?.mode ?? null;
  for (let place = queue.indexOf(waiter) - 1; place >= 0; place -= 1) {
    const other = queue[place] as Waiter;
    const theirs = other.lock?.mode ?? null;
    const conflict =
      mode === null || theirs === null
        ? told.has(`${waiter.lockId} ${other.lockId}`)
        : requestWaits(
            waitingMode(mode, waiter.lock?.row_id ?? null),
            waitingMode(theirs, other.lock?.row_id ?? null),
            waiter.lock?.type ?? null,
          );
    if (conflict) return other;
  }
  return null;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
