import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import { sessionKeyOf } from '../core/session-key.js';
import type { WaitClass } from '../core/wait-class.js';
import { groupKeyOf } from './entries.js';

/** How much a tick's observation still counts after a minute: exp(-60/300). */
const DECAY_PER_TICK = 1 - 1 / 300;

/** Waits that are system calls on files or sockets. */
const SYSTEM_CALLS: ReadonlySet<WaitClass> = new Set<WaitClass>([
  'ioDataRead',
  'ioDataWrite',
  'ioTemp',
  'logCommit',
]);

interface Seen {
  /** Samples in which it ran, and those of them in which it waited for nothing the server names. */
  active: number;
  cpu: number;
  /** Parts of those ticks that its sessions' processes were on a CPU or queued for one, whatever they ran. */
  runnable: number;
}

/** Samples that the first guess of a statement's share on CPU counts as much as. */
const PRIOR_SAMPLES = 0.3;
/** Expected samples of a session in a statement that count as much as the guess that it is like the others. */
const PRIOR_SHAPE = 0.2;
/** The guess while nothing was seen of it: statements too short to be seen hardly wait. */
const PRIOR_SHARE = 0.9;

/** What samples say of statements: how often they are on CPU, and which sessions run which. Decays over minutes. */
export class Evidence {
  readonly #statements = new Map<string, Seen>();
  /** Samples by statement, of each session and of each group of sessions that are alike. */
  readonly #sessions = new Map<string, Map<string, number>>();
  readonly #samplesOf = new Map<string, number>();

  /** A sample weighs more than older ones: the same as letting those decay, without touching each every tick. */
  #sampleWeight = 1;

  observe(key: string, session: SessionRow, cost: ProcessCost | null): void {
    if (session.state !== 'active' || session.digest === null) return;
    const seen = this.#statements.get(session.digest) ?? { active: 0, cpu: 0, runnable: 0 };
    seen.active += 1;
    seen.cpu += onCpuShare(session, cost);
    seen.runnable += runnableShare(cost) ?? PRIOR_SHARE;
    this.#statements.set(session.digest, seen);
    for (const who of [key, groupKeyOf(session)]) this.#count(who, session.digest);
  }

  /** Share of its running time that a statement is on CPU or waits for one. Few samples lean on how runnable its sessions were. */
  cpuShare(digest: string): number {
    const seen = this.#statements.get(digest);
    if (seen === undefined || seen.active < 1e-6) return PRIOR_SHARE;
    const guess = Math.max(0.01, seen.runnable / seen.active);
    return (seen.cpu + PRIOR_SAMPLES * guess) / (seen.active + PRIOR_SAMPLES);
  }

  sampleCount(digest: string): number {
    return this.#statements.get(digest)?.active ?? 0;
  }

  /**
   * How much more a session runs a statement than sessions do on average (1): the mean of a gamma prior of little weight
   * and what was seen of it against what would be expected; where none of the sessions that are alike (same database, user,
   * application and client) was ever seen in it, what was to be expected of all of them counts too. Short statements are hardly ever seen, so they keep their 1.
   */
  affinity(key: string, group: string, digest: string, runningShare: number): number {
    const ratio = this.#ratio(key, digest, runningShare);
    const known = key === group || this.#sessions.get(group)?.has(digest) === true;
    return known ? ratio : ratio * this.#ratio(group, digest, runningShare);
  }

  #count(who: string, digest: string): void {
    const digests = this.#sessions.get(who) ?? new Map<string, number>();
    digests.set(digest, (digests.get(digest) ?? 0) + this.#sampleWeight);
    this.#sessions.set(who, digests);
    this.#samplesOf.set(who, (this.#samplesOf.get(who) ?? 0) + this.#sampleWeight);
  }

  #ratio(key: string, digest: string, runningShare: number): number {
    const seen = (this.#sessions.get(key)?.get(digest) ?? 0) / this.#sampleWeight;
    const expected = ((this.#samplesOf.get(key) ?? 0) / this.#sampleWeight) * runningShare;
    return (PRIOR_SHAPE + seen) / (PRIOR_SHAPE + expected);
  }

  /** Samples by statement of one session: the only evidence where the server counts nothing per statement. */
  samplesOf(key: string): ReadonlyMap<string, number> {
    return this.#sessions.get(key) ?? new Map();
  }

  endTick(sessions: readonly SessionRow[]): void {
    this.#sampleWeight /= DECAY_PER_TICK;
    for (const seen of this.#statements.values()) {
      seen.active *= DECAY_PER_TICK;
      seen.cpu *= DECAY_PER_TICK;
      seen.runnable *= DECAY_PER_TICK;
    }
    // Sessions that ended are forgotten when there are many of them.
    if (this.#sessions.size < 2 * sessions.length + 100) return;
    const live = new Set(sessions.flatMap((session) => [sessionKeyOf(session), groupKeyOf(session)]));
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

/**
 * A wait for a read or write is a system call: with the page in the kernel's cache it is a copy, which is CPU. How much
 * of it was, the process's own times tell.
 */
function onCpuShare(session: SessionRow, cost: ProcessCost | null): number {
  if (session.waitClass === 'cpu') return 1;
  return SYSTEM_CALLS.has(session.waitClass) ? (runnableShare(cost) ?? 0) : 0;
}

function runnableShare(cost: ProcessCost | null): number | null {
  if (cost === null || cost.runQueueNs === null) return null;
  return Math.min(1, (cost.cpuNs + cost.runQueueNs) / 1e6 / Math.max(1, cost.elapsedMs));
}
