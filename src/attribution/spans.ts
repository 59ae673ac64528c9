import type { SessionRow } from '../core/session.js';

/** What a session ran when it was last seen running. */
interface Running {
  digest: string;
  startedAtMs: number;
  /** How long it had run when it was seen, ms. */
  ageMs: number;
  /** Its running time that samples saw so far, ms. */
  seenMs: number;
  /** When that was. */
  tick: number;
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
  /** Changed in place: at a thousand sessions, new ones for each tick would be a tenth of what is allocated. */
  readonly #running = new Map<string, Running>();
  #tick = 0;
  #count = 0;

  /** `nowMs` is the server's clock at this tick. */
  observe(key: string, session: SessionRow, nowMs: number, tickMs: number): Span {
    const known = this.#running.get(key);
    const before = known?.tick === this.#tick - 1 ? known : undefined;
    const { digest, statementStartedAtMs: startedAtMs } = session;
    if (session.state !== 'active' || digest === null || startedAtMs === null)
      return { exact: false, elapsedMs: 0, ended: endedOf(before, session, null, nowMs) };
    const same = before !== undefined && before.digest === digest && before.startedAtMs === startedAtMs;
    const elapsedMs = Math.max(0, Math.min(tickMs, nowMs - startedAtMs));
    const ended = same ? null : endedOf(before, session, startedAtMs, nowMs);
    const running = known ?? { digest, startedAtMs, ageMs: 0, seenMs: 0, tick: this.#tick };
    if (known === undefined) this.#running.set(key, running);
    running.digest = digest;
    running.startedAtMs = startedAtMs;
    running.ageMs = Math.max(0, nowMs - startedAtMs);
    running.seenMs = (same ? running.seenMs : 0) + elapsedMs;
    running.tick = this.#tick;
    this.#count += 1;
    return { exact: same, elapsedMs, ended };
  }

  endTick(): void {
    if (this.#running.size > 2 * this.#count + 100)
      for (const [key, { tick }] of this.#running) if (tick < this.#tick) this.#running.delete(key);
    this.#tick += 1;
    this.#count = 0;
  }

  clear(): void {
    this.#running.clear();
  }
}

function endedOf(
  before: Running | undefined,
  session: SessionRow,
  nextStartedAtMs: number | null,
  nowMs: number,
): Span['ended'] {
  if (before === undefined) return null;
  const { digest, seenMs } = before;
  return { digest, durationMs: durationOf(before, session, nextStartedAtMs, nowMs), seenMs };
}

/**
 * Exact when the session has done nothing since. Else it ended at the latest when what is known to come after it did,
 * and a session that runs a thousand statements a second would give each of them a tick: an execution is seen at a
 * random moment of its life, so that twice its age then is what to expect of it.
 */
function durationOf(
  before: Running,
  session: SessionRow,
  nextStartedAtMs: number | null,
  nowMs: number,
): number {
  const mostMs = (nextStartedAtMs ?? session.stateChangedAtMs ?? nowMs) - before.startedAtMs;
  const nothingSince = nextStartedAtMs === null && session.statementStartedAtMs === before.startedAtMs;
  return nothingSince ? mostMs : Math.min(mostMs, 2 * before.ageMs);
}
