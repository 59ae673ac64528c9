import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import { sessionKeyOf } from '../core/session-key.js';
import type { WaitClass } from '../core/wait-class.js';
import { GroupKeys } from './group-keys.js';
import type { Pool } from './pool.js';

/** How much a tick's observation still counts after a minute: exp(-60/300). */
const DECAY_PER_TICK = 1 - 1 / 300;

/** Waits that are system calls on files or sockets. */
const SYSTEM_CALLS: ReadonlySet<WaitClass> = new Set<WaitClass>(['ioDataRead', 'ioDataWrite', 'ioTemp']);

interface Seen {
  /** Samples in which it ran, and those of them in which it waited for nothing the server names. */
  active: number;
  cpu: number;
  /** Samples in which it committed. */
  commit: number;
  /** Parts of those ticks that its sessions' processes were on a CPU or queued for one, whatever they ran. */
  runnable: number;
  /** What its sessions' processes used and queued in those ticks, by the part of the tick that it ran, ns. */
  cpuNs: number;
  runQueueNs: number;
}

/** Samples that the first guess of a statement's share on CPU counts as much as. */
const PRIOR_SAMPLES = 0.3;
/** What a session and all that are like it used, decaying like samples. */
interface Used {
  cpuNs: number;
  wakeUps: number;
}

/** Expected samples of a session in a statement that count as much as the guess that it is like the others. */
const PRIOR_SHAPE = 0.1;
/** CPU of its sessions, seen while it ran, that counts as much as the guess that it queues like all others. */
const PRIOR_QUEUE_NS = 50e6;
/** The guess while nothing was seen of it: statements too short to be seen hardly wait. */
const PRIOR_SHARE = 0.9;

/** Not the name of any session or group. */
const EVERYBODY = '';

/** What samples say of statements: how often they are on CPU, and which sessions run which. Decays over minutes. */
export class Evidence {
  readonly #statements = new Map<string, Seen>();
  /** Samples by statement, of each session and of each group of sessions that are alike. */
  readonly #sessions = new Map<string, Map<string, number>>();
  readonly #used = new Map<string, Used>();

  /** A sample weighs more than older ones: the same as letting those decay, without touching each every tick. */
  #sampleWeight = 1;

  constructor(private readonly groups = new GroupKeys()) {}

  /** `tickShare`: the part of the tick that the statement seen at its end had run. */
  observe(key: string, session: SessionRow, cost: ProcessCost | null, tickShare: number): void {
    if (session.state !== 'active' || session.digest === null) return;
    const seen = this.#seenOf(session.digest);
    seen.active += 1;
    seen.cpu += onCpuShare(session, cost);
    if (session.waitClass === 'logCommit') seen.commit += 1;
    seen.runnable += runnableShare(cost) ?? PRIOR_SHARE;
    seen.cpuNs += (cost?.cpuNs ?? 0) * tickShare;
    seen.runQueueNs += (cost?.runQueueNs ?? 0) * tickShare;
    this.#count(key, session.digest);
    this.#count(this.groups.of(session), session.digest);
  }

  /**
   * Share of its running time that a statement is on CPU or waits for one; the time may be without its commits. Few samples
   * lean on how runnable its sessions were.
   */
  cpuShare(digest: string, withCommits: boolean): number {
    const seen = this.#statements.get(digest);
    if (seen === undefined || seen.active < 1e-6) return PRIOR_SHARE;
    const guess = Math.max(0.01, seen.runnable / seen.active);
    const samples = withCommits ? seen.active : seen.active - seen.commit;
    return (seen.cpu + PRIOR_SAMPLES * guess) / (samples + PRIOR_SAMPLES);
  }

  /**
   * How long its processes queue for each second of CPU: a statement that sleeps often, for reads or latches inside the
   * server, queues each time it wakes. Few samples lean on `all`, what all processes queue.
   */
  queuedPerCpu(digest: string, all: number): number {
    const seen = this.#statements.get(digest);
    if (seen === undefined) return all;
    return (seen.runQueueNs + PRIOR_QUEUE_NS * all) / (seen.cpuNs + PRIOR_QUEUE_NS);
  }

  sampleCount(digest: string): number {
    return this.#statements.get(digest)?.active ?? 0;
  }

  /** What is to be shared of a session. */
  used({ key, session, cpuNs, wakeUps }: Pool): void {
    for (const who of [key, this.groups.of(session), EVERYBODY]) {
      const known = this.#used.get(who);
      const used = known ?? { cpuNs: 0, wakeUps: 0 };
      used.cpuNs += cpuNs * this.#sampleWeight;
      used.wakeUps += wakeUps * this.#sampleWeight;
      if (known === undefined) this.#used.set(who, used);
    }
  }

  /**
   * How much more a session runs a statement than by its part of all CPU, or of all messages of clients where the statement
   * is short (1: just that): the mean of a gamma prior of little weight and how often it was seen in it against how often
   * it should have been; where none of the sessions that are alike (same database, user, application and client) was ever
   * seen in it, what was to be expected of all of them counts too. Short statements are hardly ever seen, so they keep their 1.
   */
  affinity(key: string, group: string, digest: string, short: boolean): number {
    const ratio = this.#ratio(key, digest, short);
    const known = key === group || this.#sessions.get(group)?.has(digest) === true;
    return known ? ratio : ratio * this.#ratio(group, digest, short);
  }

  #seenOf(digest: string): Seen {
    const known = this.#statements.get(digest);
    if (known !== undefined) return known;
    const seen = { active: 0, cpu: 0, commit: 0, runnable: 0, cpuNs: 0, runQueueNs: 0 };
    this.#statements.set(digest, seen);
    return seen;
  }

  #count(who: string, digest: string): void {
    const known = this.#sessions.get(who);
    if (known === undefined) this.#sessions.set(who, new Map([[digest, this.#sampleWeight]]));
    else known.set(digest, (known.get(digest) ?? 0) + this.#sampleWeight);
  }

  #ratio(who: string, digest: string, short: boolean): number {
    const seen = (this.#sessions.get(who)?.get(digest) ?? 0) / this.#sampleWeight;
    const of = short ? 'wakeUps' : 'cpuNs';
    const part = (this.#used.get(who)?.[of] ?? 0) / Math.max(1, this.#used.get(EVERYBODY)?.[of] ?? 0);
    return (PRIOR_SHAPE + seen) / (PRIOR_SHAPE + part * this.sampleCount(digest));
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
      seen.commit *= DECAY_PER_TICK;
      seen.runnable *= DECAY_PER_TICK;
      seen.cpuNs *= DECAY_PER_TICK;
      seen.runQueueNs *= DECAY_PER_TICK;
    }
    // Sessions that ended are forgotten when there are many of them.
    if (this.#sessions.size < 2 * sessions.length + 100) return;
    const live = new Set([
      EVERYBODY,
      ...sessions.flatMap((each) => [sessionKeyOf(each), this.groups.of(each)]),
    ]);
    for (const key of new Set([...this.#sessions.keys(), ...this.#used.keys()])) {
      if (live.has(key)) continue;
      this.#sessions.delete(key);
      this.#used.delete(key);
    }
  }

  clear(): void {
    this.#statements.clear();
    this.#sessions.clear();
    this.#used.clear();
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
