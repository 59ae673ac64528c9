import type { LockEdgeSample, LockHold, LockSessionSample } from '../../../core/lock-samples.js';
import { modeStrength } from '../../../core/lock-words.js';
import type { LockEdge, LockRow, LockSession } from '../../../core/locks.js';
import type { Frame } from './frame.js';

const EVERY_MS = 1_000;
const MOST_HOLDS = 12;
/** A larger graph is not kept whole at each of its changes. */
const MOST_WHOLE = 50;
/** PostgreSQL keeps only the three weakest table modes out of the shared table. */
const STRONGEST_FAST_PATH = 3;

/**
 * Decides which rows of a frame are kept: the graph when it changes and once a second while it lasts, of a large one
 * only what changed in between; a session when it first shows, when its state changes and once a second.
 */
export class Keeper {
  #waiters: ReadonlyMap<string, string> = new Map();
  #wholeMs = Number.NEGATIVE_INFINITY;
  #sessions = new Map<string, { signature: string; keptMs: number }>();

  edges(frame: Frame): LockEdgeSample[] {
    const { atMs, edgesOf } = frame;
    const signatures = new Map([...edgesOf].map(([id, edges]) => [id, signatureOf(edges)]));
    const changed = [...signatures].filter(([id, signature]) => this.#waiters.get(id) !== signature);
    const left = [...this.#waiters.keys()].some((id) => !signatures.has(id));
    const whole =
      atMs - this.#wholeMs >= EVERY_MS || ((changed.length > 0 || left) && edgesOf.size <= MOST_WHOLE);
    this.#waiters = signatures;
    if (whole) this.#wholeMs = atMs;
    const due = whole ? [...edgesOf.keys()] : changed.map(([id]) => id);
    return due.flatMap((id) => (edgesOf.get(id) ?? []).map((edge) => edgeSample(frame, edge)));
  }

  sessions(frame: Frame): LockSessionSample[] {
    const kept: LockSessionSample[] = [];
    const involved = new Set(frame.reading.edges.flatMap(({ waiterId, blockerId }) => [waiterId, blockerId]));
    let locks: ReadonlyMap<string, readonly LockRow[]> | null = null;
    this.#sessions = due(this.#sessions, frame.atMs, [...involved], {
      signature: (id) => frame.sessions.get(id)?.state ?? '',
      keep: (id) => {
        locks ??= granted(frame.reading.locks);
        const session = frame.sessions.get(id);
        if (session !== undefined) kept.push(sessionSample(frame, session, locks.get(id) ?? []));
      },
    });
    return kept;
  }
}

/** Every session of a reading with what it holds. */
export function heldSamples(frame: Frame): LockSessionSample[] {
  const locks = granted(frame.reading.locks);
  return frame.reading.sessions.map((session) => sessionSample(frame, session, locks.get(session.id) ?? []));
}

function due(
  known: ReadonlyMap<string, { signature: string; keptMs: number }>,
  atMs: number,
  ids: readonly string[],
  by: { signature: (id: string) => string; keep: (id: string) => void },
): Map<string, { signature: string; keptMs: number }> {
  const next = new Map<string, { signature: string; keptMs: number }>();
  for (const id of ids) {
    const last = known.get(id);
    const signature = by.signature(id);
    const again = last === undefined || last.signature !== signature || atMs - last.keptMs >= EVERY_MS;
    if (again) by.keep(id);
    next.set(id, again ? { signature, keptMs: atMs } : last);
  }
  return next;
}

function signatureOf(edges: readonly LockEdge[]): string {
  return edges
    .map(
      ({ blockerId, kind, resource, behindId }) => `${blockerId} ${kind} ${resource.key} ${behindId ?? ''}`,
    )
    .join('|');
}

function edgeSample(frame: Frame, edge: LockEdge): LockEdgeSample {
  const blocker = frame.sessions.get(edge.blockerId);
  return {
    atMs: frame.atMs,
    instance: frame.instance,
    waiterId: edge.waiterId,
    waiterSessionId: frame.sessionId(edge.waiterId),
    blockerId: edge.blockerId,
    blockerSessionId: frame.sessionId(edge.blockerId),
    kind: edge.kind,
    mode: edge.mode,
    resource: edge.resource,
    waitMs: frame.waitMs.get(edge.waiterId) ?? null,
    behindId: edge.behindId ?? null,
    waiters: frame.edgesOf.size,
    waiterStatementId: frame.statementId(edge.waiterId),
    blockerStatementId: frame.statementId(edge.blockerId),
    blockerState: blocker?.state ?? 'unknown',
    blockerTransactionAgeMs: age(frame, blocker?.transactionStartedAtMs ?? null),
    confidence: edge.confidence,
  };
}

function sessionSample(frame: Frame, session: LockSession, locks: readonly LockRow[]): LockSessionSample {
  return {
    atMs: frame.atMs,
    instance: frame.instance,
    id: session.id,
    sessionId: frame.sessionId(session.id),
    backendType: session.backendType,
    database: session.database,
    user: session.user,
    application: session.application,
    state: session.state,
    statementId: frame.statementId(session.id),
    transactionAgeMs: age(frame, session.transactionStartedAtMs),
    statementAgeMs: age(frame, session.statementStartedAtMs),
    stateAgeMs: age(frame, session.stateChangedAtMs),
    rowsModified: session.rowsModified,
    rowsLocked: session.rowsLocked,
    locksHeld: session.locksHeld,
    lockBytes: session.lockBytes ?? null,
    slowPathLocks: slowPath(locks),
    xminAge: session.xminAge,
    holds: holdsOf(locks),
  };
}

function age(frame: Frame, sinceMs: number | null): number | null {
  return sinceMs === null ? null : Math.max(0, frame.reading.serverNowMs - sinceMs);
}

function granted(locks: readonly LockRow[]): Map<string, LockRow[]> {
  const bySession = new Map<string, LockRow[]>();
  for (const lock of locks) {
    if (!lock.granted) continue;
    const known = bySession.get(lock.sessionId);
    if (known === undefined) bySession.set(lock.sessionId, [lock]);
    else known.push(lock);
  }
  return bySession;
}

/** Equal locks counted, the strongest first. What every transaction holds on itself says nothing. */
function holdsOf(locks: readonly LockRow[]): LockHold[] {
  const holds = new Map<string, LockHold>();
  for (const { mode, resource } of locks) {
    const { kind, relation, index } = resource;
    if (kind === 'transaction' || (kind === 'other' && relation === null)) continue;
    const key = `${mode}\0${kind}\0${relation}\0${index}`;
    holds.set(key, { mode, kind, relation, index, locks: (holds.get(key)?.locks ?? 0) + 1 });
  }
  return [...holds.values()]
    .sort((a, b) => modeStrength(b.mode) - modeStrength(a.mode) || b.locks - a.locks)
    .slice(0, MOST_HOLDS);
}

function slowPath(locks: readonly LockRow[]): number | null {
  const known = locks.filter(({ fastPath }) => fastPath !== null);
  if (known.length === 0) return null;
  return known.filter(
    ({ fastPath, resource, mode }) =>
      fastPath === false && resource.kind === 'table' && modeStrength(mode) <= STRONGEST_FAST_PATH,
  ).length;
}
