import type { SessionRow } from '../core/session.js';

/** What a session ran at the previous tick. */
interface Running {
  readonly digest: string;
  readonly startedAtMs: number;
  /** How long it had run when it was seen, ms. */
  readonly ageMs: number;
  /** Its running time that samples saw so far, ms. */
  seenMs: number;
}

export interface Span {
  /** It ran one and the same statement from the previous tick to this one: what its process cost is that statement's. */
  readonly exact: boolean;
  /** Time the statement seen now has run since the later of its start and the previous tick, ms. */
  readonly elapsedMs: number;
  /** The execution seen at the previous tick that has ended meanwhile; the duration is below 0 where clocks disagree. */
  readonly ended: { readonly digest: string; readonly durationMs: number; readonly seenMs: number } | null;
}

/** Follows what each session runs from tick to tick. */
export class Spans {
  #previous = new Map<string, Running>();
  #current = new Map<string, Running>();

  /** `nowMs` is the server's clock at this tick. */
  observe(key: string, session: SessionRow, nowMs: number, tickMs: number): Span {
    const before = this.#previous.get(key);
    const now = runningOf(session, nowMs);
    if (now !== null) this.#current.set(key, now);
    const same =
      before !== undefined &&
      now !== null &&
      before.digest === now.digest &&
      before.startedAtMs === now.startedAtMs;
    const elapsedMs = now === null ? 0 : Math.max(0, Math.min(tickMs, nowMs - now.startedAtMs));
    if (now !== null) now.seenMs = (same ? before.seenMs : 0) + elapsedMs;
    return {
      exact: same,
      elapsedMs,
      ended:
        before === undefined || same
          ? null
          : {
              digest: before.digest,
              durationMs: durationOf(before, session, now, nowMs),
              seenMs: before.seenMs,
            },
    };
  }

  endTick(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }

  clear(): void {
    this.#previous.clear();
    this.#current.clear();
  }
}

function runningOf(session: SessionRow, nowMs: number): Running | null {
  if (session.state !== 'active' || session.digest === null || session.statementStartedAtMs === null)
    return null;
  const startedAtMs = session.statementStartedAtMs;
  return { digest: session.digest, startedAtMs, ageMs: Math.max(0, nowMs - startedAtMs), seenMs: 0 };
}

/**
 * Exact when the session has done nothing since. Else it ended at the latest when what is known to come after it did,
 * and a session that runs a thousand statements a second would give each of them a tick: an execution is seen at a
 * random moment of its life, so that twice its age then is what to expect of it.
 */
function durationOf(before: Running, session: SessionRow, now: Running | null, nowMs: number): number {
  const mostMs = (now?.startedAtMs ?? session.stateChangedAtMs ?? nowMs) - before.startedAtMs;
  const nothingSince = now === null && session.statementStartedAtMs === before.startedAtMs;
  return nothingSince ? mostMs : Math.min(mostMs, 2 * before.ageMs);
}
