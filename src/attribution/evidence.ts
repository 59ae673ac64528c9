import type { SessionRow } from '../core/session.js';
import type { StatementDelta } from '../core/statement.js';

/** How much a tick's observation still counts after a minute: exp(-60/300). */
const DECAY_PER_TICK = 1 - 1 / 300;

interface Seen {
  /** Samples in which it ran, and those of them in which it waited for nothing the server names. */
  active: number;
  cpu: number;
}

/** What samples say of statements: how often they are on CPU, and which sessions run which. Decays over minutes. */
export class Evidence {
  readonly #statements = new Map<string, Seen>();
  readonly #sessions = new Map<string, Map<string, number>>();
  readonly #samplesOf = new Map<string, number>();

  observe(session: SessionRow): void {
    if (session.state !== 'active' || session.digest === null) return;
    const seen = this.#statements.get(session.digest) ?? { active: 0, cpu: 0 };
    seen.active += 1;
    if (session.waitClass === 'cpu') seen.cpu += 1;
    this.#statements.set(session.digest, seen);
    const key = keyOf(session);
    const digests = this.#sessions.get(key) ?? new Map<string, number>();
    digests.set(session.digest, (digests.get(session.digest) ?? 0) + 1);
    this.#sessions.set(key, digests);
    this.#samplesOf.set(key, (this.#samplesOf.get(key) ?? 0) + 1);
  }

  /** Share of its running time that a statement is on CPU or waits for one; the prior is nine tenths of five samples. */
  cpuShare(digest: string): number {
    const seen = this.#statements.get(digest);
    return ((seen?.cpu ?? 0) + 4.5) / ((seen?.active ?? 0) + 5);
  }

  sampleCount(digest: string): number {
    return this.#statements.get(digest)?.active ?? 0;
  }

  /** The more often a session was seen running other statements and never this one, the less it runs it. */
  affinity(session: SessionRow, digest: string): number {
    const key = keyOf(session);
    if (this.#sessions.get(key)?.has(digest)) return 1;
    return Math.max(1e-3, 1 / (1 + (this.#samplesOf.get(key) ?? 0)) ** 2);
  }

  /** Samples by statement of one session: the only evidence where the server counts nothing per statement. */
  samplesOf(session: SessionRow): ReadonlyMap<string, number> {
    return this.#sessions.get(keyOf(session)) ?? new Map();
  }

  endTick(live: ReadonlySet<string>): void {
    for (const seen of this.#statements.values()) {
      seen.active *= DECAY_PER_TICK;
      seen.cpu *= DECAY_PER_TICK;
    }
    for (const key of this.#sessions.keys()) {
      if (live.has(key)) continue;
      this.#sessions.delete(key);
      this.#samplesOf.delete(key);
    }
  }

  clear(): void {
    this.#statements.clear();
    this.#sessions.clear();
    this.#samplesOf.clear();
  }
}

export function keyOf(session: SessionRow): string {
  return `${session.id}/${session.startedAtMs}`;
}

/** Executor time that a reading of the counters adds to a statement, less what exact spans had already. */
export function freshExecMs(delta: StatementDelta, creditedMs: number): number {
  return Math.max(0, delta.execMs - (delta.ioMs ?? 0) - Math.min(creditedMs, delta.execMs));
}
