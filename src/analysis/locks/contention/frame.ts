import { sessionIdOf, statementIdOf } from '../../../core/ids.js';
import type { LockEdge, LockReading, LockSession } from '../../../core/locks.js';

/** One reading made ready: stable ids, how long each waits, its edges by waiter. */
export interface Frame {
  readonly instance: string;
  readonly atMs: number;
  readonly reading: LockReading;
  readonly sessions: ReadonlyMap<string, LockSession>;
  readonly edgesOf: ReadonlyMap<string, readonly LockEdge[]>;
  /** Waiter to how long it has waited, ms; since we first saw it where the server does not say. */
  readonly waitMs: ReadonlyMap<string, number>;
  sessionId(id: string): string;
  statementId(id: string): string | null;
}

/** Makes frames of readings. Remembers since when each waiter is seen. */
export class Frames {
  #firstSeenMs = new Map<string, number>();
  #sessionIds: ReadonlyMap<string, { startedAtMs: number | null; sessionId: string }> = new Map();

  constructor(private readonly instance: string) {}

  next(reading: LockReading): Frame {
    const { instance } = this;
    const sessions = new Map(reading.sessions.map((session) => [session.id, session]));
    const edgesOf = new Map<string, LockEdge[]>();
    for (const edge of reading.edges) {
      const known = edgesOf.get(edge.waiterId);
      if (known === undefined) edgesOf.set(edge.waiterId, [edge]);
      else known.push(edge);
    }
    return {
      instance,
      atMs: reading.atMs,
      reading,
      sessions,
      edgesOf,
      waitMs: this.#waits(reading, edgesOf),
      ...this.#ids(sessions),
    };
  }

  /** Ids are asked for several times a frame and stay from frame to frame. */
  #ids(sessions: ReadonlyMap<string, LockSession>): Pick<Frame, 'sessionId' | 'statementId'> {
    const known = this.#sessionIds;
    const ids = new Map<string, { startedAtMs: number | null; sessionId: string }>();
    this.#sessionIds = ids;
    return {
      sessionId: (id) => {
        const startedAtMs = sessions.get(id)?.startedAtMs ?? null;
        let entry = ids.get(id) ?? known.get(id);
        if (entry === undefined || entry.startedAtMs !== startedAtMs)
          entry = { startedAtMs, sessionId: sessionIdOf(this.instance, id, startedAtMs) };
        ids.set(id, entry);
        return entry.sessionId;
      },
      statementId: (id) => {
        const digest = sessions.get(id)?.digest ?? null;
        return digest === null ? null : statementIdOf(this.instance, digest);
      },
    };
  }

  #waits(reading: LockReading, edgesOf: ReadonlyMap<string, readonly LockEdge[]>): Map<string, number> {
    const seen = new Map<string, number>();
    const waits = new Map<string, number>();
    for (const [waiterId, edges] of edgesOf) {
      // The wait for one thing may end and the next begin between two readings: a wait is of a session for a thing.
      const key = `${waiterId} ${edges[0]?.resource.key}`;
      const firstMs = this.#firstSeenMs.get(key) ?? reading.atMs;
      seen.set(key, firstMs);
      const starts = edges.flatMap(({ waitStartedAtMs }) => waitStartedAtMs ?? []);
      const waitMs = starts.length > 0 ? reading.serverNowMs - Math.min(...starts) : reading.atMs - firstMs;
      waits.set(waiterId, Math.max(0, waitMs));
    }
    this.#firstSeenMs = seen;
    return waits;
  }
}
