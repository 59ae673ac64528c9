import type { LockEdge, LockRow } from '../../../core/locks.js';
import { AGREED, type Found, ORDERED, PARTLY, type Place, reduced, type SessionIndex } from './found.js';
import { type Conflicts, conflictsOf, MAY_HAVE_BECOME, waitsForGranted, yieldsTo } from './metadata-modes.js';
import { metadataResource } from './resources.js';
import { type LockColumns, numberOf } from './rows.js';

/** One metadata lock, held or asked for. `confidence`: of how it is known. */
export interface MetadataLock {
  readonly id: string;
  readonly type: string;
  readonly db: string | null;
  readonly name: string | null;
  readonly mode: string;
  readonly granted: boolean;
  readonly confidence: number;
}

/** performance_schema.metadata_locks of contested objects. */
export function metadataLocks(rows: readonly LockColumns[]): MetadataLock[] {
  return rows.flatMap(({ id, type, db, name, mode, status }) =>
    id === null || type === null || mode === null
      ? []
      : [{ id: String(id), type, db, name, mode, granted: status === 'GRANTED', confidence: AGREED }],
  );
}

/** Who waits for a metadata lock, who holds it, and which waiting request goes before. */
export function metadataEdges(all: readonly MetadataLock[], sessions: SessionIndex): Found {
  const edges: LockEdge[] = [];
  const locks: LockRow[] = [];
  for (const object of byObject(all)) {
    const [{ type, db, name }] = object as [MetadataLock];
    const resource = metadataResource(type, db, name);
    const conflicts = conflictsOf(type);
    const startOf = (id: string) => numberOf(sessions.get(id)?.started_ms ?? null) ?? 0;
    const waiting = object.filter(({ granted }) => !granted).sort((a, b) => startOf(a.id) - startOf(b.id));
    for (const lock of object) {
      const { id: sessionId, mode, granted } = lock;
      const waitStartedAtMs = granted ? null : waitStart(lock, object, startOf);
      locks.push({ sessionId, resource, mode, granted, waitStartedAtMs, fastPath: null });
    }
    const places = new Map<MetadataLock, Place>();
    waiting.forEach((lock, place) => {
      const { id: waiterId, mode } = lock;
      const edge = { waiterId, mode, resource, waitStartedAtMs: waitStart(lock, object, startOf) };
      const before = waiterBefore(lock, place, waiting, object, conflicts);
      const against = holdersBefore(lock, object, conflicts, before === null);
      const hard = against.map(({ id }) => id);
      const inFront = before === null ? null : (places.get(before) ?? { ...NOWHERE, id: before.id });
      const { soft, behindId, stands } = reduced(hard, inFront);
      places.set(lock, { id: waiterId, hard, byHolders: !soft || stands });
      for (const { id: blockerId, confidence: known } of stands ? [] : against) {
        const confidence = Math.min(known, lock.confidence);
        edges.push({ ...edge, blockerId, kind: 'hard', behindId, confidence });
      }
      if (!soft || before === null) return;
      const confidence = Math.min(ORDERED, lock.confidence);
      edges.push({ ...edge, blockerId: before.id, kind: 'soft', behindId: null, confidence });
    });
  }
  return { edges, locks };
}

/** A waiter that came later and goes before all the same. */
const NOWHERE = { hard: [], byHolders: false } as const;

/** One entry for each session that holds what the request waits for; `alone`: no waiting request explains its wait. */
function holdersBefore(
  lock: MetadataLock,
  object: readonly MetadataLock[],
  conflicts: Conflicts,
  alone: boolean,
): readonly MetadataLock[] {
  const others = object.filter(({ id, granted }) => granted && id !== lock.id);
  const holders = others.filter(({ mode }) => waitsForGranted(conflicts, lock.mode, mode));
  const found =
    holders.length > 0 || !alone
      ? holders
      : others
          .filter(({ mode }) => waitsForGranted(conflicts, lock.mode, MAY_HAVE_BECOME[mode] ?? ''))
          .map((other) => ({ ...other, confidence: PARTLY }));
  return [...new Map(found.map((holder) => [holder.id, holder])).values()];
}

/**
 * The nearest waiting request that goes before: of a mode with a higher priority, or earlier and conflicting. An upgrade
 * (the session holds a weaker lock on the object already) waits for holders only.
 */
function waiterBefore(
  lock: MetadataLock,
  place: number,
  waiting: readonly MetadataLock[],
  object: readonly MetadataLock[],
  conflicts: Conflicts,
): MetadataLock | null {
  if (isUpgrade(lock, object)) return null;
  const prior = (other: MetadataLock) =>
    other.id !== lock.id && (yieldsTo(conflicts, lock.mode, other.mode) || inLine(lock, other, conflicts));
  const earlier = waiting.slice(0, place).findLast(prior);
  if (earlier !== undefined) return earlier;
  const later = waiting.slice(place + 1).find((other) => yieldsTo(conflicts, lock.mode, other.mode));
  return later ?? null;
}

/** Neither has priority, but one can be granted only after the other. */
function inLine(lock: MetadataLock, other: MetadataLock, conflicts: Conflicts): boolean {
  return waitsForGranted(conflicts, lock.mode, other.mode) && !yieldsTo(conflicts, other.mode, lock.mode);
}

function isUpgrade(lock: MetadataLock, object: readonly MetadataLock[]): boolean {
  return object.some(
    ({ id, granted, mode }) =>
      granted &&
      id === lock.id &&
      ['SHARED_UPGRADABLE', 'SHARED_NO_WRITE', 'SHARED_NO_READ_WRITE'].includes(mode),
  );
}

/** The wait is as old as its statement, but for an upgrade, which comes after work of unknown length. */
function waitStart(
  lock: MetadataLock,
  object: readonly MetadataLock[],
  startOf: (id: string) => number,
): number | null {
  const startedMs = startOf(lock.id);
  return startedMs === 0 || isUpgrade(lock, object) ? null : startedMs;
}

function byObject(locks: readonly MetadataLock[]): MetadataLock[][] {
  const objects = new Map<string, MetadataLock[]>();
  for (const lock of locks) {
    const key = `${lock.type} ${lock.db ?? ''} ${lock.name ?? ''}`;
    const known = objects.get(key);
    if (known === undefined) objects.set(key, [lock]);
    else known.push(lock);
  }
  return [...objects.values()];
}
