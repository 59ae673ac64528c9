import { conflictsOf, modeBit } from './modes.js';

/** Beyond this many holders the one before in the queue stands for them, or edges would be waiters times holders. */
const MOST_HOLDERS = 8;
/** Before PostgreSQL 14 nothing tells the order of a queue: what the start of the statements suggests. */
const GUESSED_ORDER = 0.7;

/** Who waits for one lock. `session`: a whole lock group (a leader and its parallel workers) is one. */
export interface Waiter {
  readonly session: string;
  readonly mode: string;
  readonly waitStartedAtMs: number | null;
  /** Orders those whose wait has no start. */
  readonly statementStartedAtMs: number | null;
}

export interface QueueEdge {
  readonly waiter: Waiter;
  readonly blocker: string;
  readonly kind: 'hard' | 'soft';
  readonly behind: string | null;
  readonly confidence: number;
}

/** Holders of one lock and the queue of those who wait for it. */
export interface LockQueue {
  /** Session to the modes it holds, as bits. */
  readonly holders: ReadonlyMap<string, number>;
  readonly waiters: readonly Waiter[];
  /** The server tells when each wait began. */
  readonly ordered: boolean;
}

interface Place extends Waiter {
  /** Holders that exclude it. */
  readonly hard: readonly string[];
  /** Nothing but holders keeps it waiting. */
  readonly byHolders: boolean;
}

/**
 * Edges of one lock. A waiter has an edge to each holder that excludes it, and to those before it in the queue whom it
 * excludes and who do not wait for one another anyway; of one whose blockers are all its own already no edge is made, it
 * is only named as `behind`. So n waiters for one row have n edges.
 */
export function edgesOf(queue: LockQueue): QueueEdge[] {
  const places: Place[] = [];
  return inOrder(queue).flatMap((waiter) => {
    const hard = holdersAgainst(queue, waiter);
    const links = ahead(waiter, places);
    const soft = links.filter((other) => hard.length === 0 || !other.byHolders || !covers(hard, other.hard));
    places.push({ ...waiter, hard, byHolders: soft.length === 0 });
    const certain = queue.ordered || hard.length === 0;
    const confidence = certain ? 1 : GUESSED_ORDER;
    const behind = links.find((other) => !soft.includes(other)) ?? null;
    if (behind !== null && hard.length > MOST_HOLDERS && covers(behind.hard, hard))
      return [{ waiter, blocker: behind.session, kind: 'soft' as const, behind: null, confidence }];
    return [
      ...hard.map((blocker) => ({
        waiter,
        blocker,
        kind: 'hard' as const,
        behind: behind?.session ?? null,
        confidence: 1,
      })),
      ...soft.map(({ session }) => ({
        waiter,
        blocker: session,
        kind: 'soft' as const,
        behind: null,
        confidence,
      })),
    ];
  });
}

/** Those before it that it must let pass, nearest first, without those whom another one of them lets pass itself. */
function ahead({ session, mode }: Waiter, before: readonly Place[]): Place[] {
  const found: Place[] = [];
  let open = conflictsOf(mode);
  for (let index = before.length - 1; index >= 0 && open !== 0; index -= 1) {
    const other = before[index] as Place;
    if (other.session === session || (modeBit(other.mode) & open) === 0) continue;
    found.push(other);
    open &= ~conflictsOf(other.mode);
  }
  return found;
}

function covers(all: readonly string[], some: readonly string[]): boolean {
  return some.length <= all.length && some.every((id) => all.includes(id));
}

function holdersAgainst({ holders }: LockQueue, { session, mode }: Waiter): string[] {
  const conflicts = conflictsOf(mode);
  return [...holders].flatMap(([id, modes]) => (id !== session && (modes & conflicts) !== 0 ? [id] : []));
}

/**
 * The queue as the server keeps it: at its end, but before the first waiter that what one already holds here would
 * keep waiting (src/backend/storage/lmgr/proc.c, ProcSleep).
 */
function inOrder(queue: LockQueue): Waiter[] {
  const placed: Waiter[] = [];
  for (const waiter of queue.ordered ? sorted(queue.waiters) : plausible(queue)) {
    const held = queue.holders.get(waiter.session) ?? 0;
    const at = placed.findIndex(
      ({ mode, session }) => session !== waiter.session && (held & conflictsOf(mode)) !== 0,
    );
    placed.splice(at < 0 ? placed.length : at, 0, waiter);
  }
  return placed;
}

/** Without start times: as the statements began, but whom no holder excludes stands behind somebody who does. */
function plausible(queue: LockQueue): Waiter[] {
  const order: Waiter[] = [];
  let early: Waiter[] = [];
  for (const waiter of sorted(queue.waiters)) {
    const explained = (each: Waiter) =>
      holdersAgainst(queue, each).length > 0 ||
      order.some(
        ({ mode, session }) => session !== each.session && (modeBit(mode) & conflictsOf(each.mode)) !== 0,
      );
    if (!explained(waiter)) {
      early.push(waiter);
      continue;
    }
    order.push(waiter);
    order.push(...early.filter(explained));
    early = early.filter((each) => !order.includes(each));
  }
  return [...order, ...early];
}

function sorted(waiters: readonly Waiter[]): Waiter[] {
  const orLast = (ms: number | null) => ms ?? Number.POSITIVE_INFINITY;
  return [...waiters].sort(
    (a, b) =>
      compare(orLast(a.waitStartedAtMs), orLast(b.waitStartedAtMs)) ||
      compare(orLast(a.statementStartedAtMs), orLast(b.statementStartedAtMs)),
  );
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
