import type { SessionRow } from '../core/session.js';

/** What a session ran at the previous tick. */
interface Running {
  readonly digest: string;
  readonly startedAtMs: number;
  /** Its running time that samples saw so far, ms. */
  seenMs: number;
}

export interface Span {
  /** It ran one and the same statement from the previous tick to this one: what its process cost is that statement's. */
  readonly exact: boolean;
  /** Time the statement seen now has run since the later of its start and the previous tick, ms. */
  readonly elapsedMs: number;
  /** The execution seen at the previous tick that has ended meanwhile. */
  readonly ended: { readonly digest: string; readonly durationMs: number; readonly seenMs: number } | null;
}

/** Follows what each session runs from tick to tick. */
export class Spans {
  #previous = new Map<string, Running>();
  #current = new Map<string, Running>();

  /** `nowMs` is the server's clock at this tick. */
  observe(key: string, session: SessionRow, nowMs: number, tickMs: number): Span {
    const before = this.#previous.get(key);
    const now = runningOf(session);
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
              durationMs: endOf(session, now, nowMs) - before.startedAtMs,
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

function runningOf(session: SessionRow): Running | null {
  if (session.state !== 'active' || session.digest === null || session.statementStartedAtMs === null)
    return null;
  return { digest: session.digest, startedAtMs: session.statementStartedAtMs, seenMs: 0 };
}

/** Exact when the session has been idle since; else the start of its next statement is the latest it can have ended. */
function endOf(session: SessionRow, now: Running | null, nowMs: number): number {
  return now?.startedAtMs ?? session.stateChangedAtMs ?? nowMs;
}
