import type { LockEpisode } from '../../../core/lock-samples.js';
import type { LockResource, LockSession } from '../../../core/locks.js';
import type { Frame } from './frame.js';

/** What one reading shows of a jam. */
export interface JamView {
  readonly waiters: readonly string[];
  /** Root blockers, each with those who stand behind it. */
  readonly behind: ReadonlyMap<string, ReadonlySet<string>>;
  /** Sessions by their transaction: names that stay while the same transactions take part. */
  readonly members: ReadonlySet<string>;
  /** What they wait for, by key, without ends of transactions: those of a jam's next moment are others. */
  readonly resources: ReadonlySet<string>;
}

const MOST_STATEMENTS = 10;

/** A jam while it lasts: what it cost, whom, and through whom. */
export class Jam {
  readonly startedAtMs: number;
  readonly id: string;
  members: ReadonlySet<string>;
  lastSeenMs: number;
  keptMs = Number.NEGATIVE_INFINITY;
  announced = false;
  readonly #resources = new Map<string, { resource: LockResource; seconds: number }>();
  readonly #roots = new Map<
    string,
    { id: string; session: LockSession | null; statementId: string | null; seconds: number }
  >();
  readonly #statements = new Map<string, number>();
  readonly #victims = new Set<string>();
  #waits = new Map<string, number>();
  #peak = { waiters: 0, atMs: 0 };
  #seconds = 0;

  constructor(
    private readonly instance: string,
    frame: Frame,
    view: JamView,
  ) {
    this.startedAtMs = frame.atMs - Math.max(0, ...view.waiters.map((id) => frame.waitMs.get(id) ?? 0));
    const [root = ''] = view.behind.keys();
    this.id = `${frame.sessionId(root)}-${Math.round(this.startedAtMs).toString(36)}`;
    this.members = view.members;
    this.lastSeenMs = frame.atMs;
  }

  get resources(): ReadonlyMap<string, unknown> {
    return this.#resources;
  }

  see(frame: Frame, view: JamView): void {
    const spent = this.#spend(frame, view.waiters);
    for (const [root, behind] of view.behind) {
      const key = frame.sessionId(root);
      const known = this.#roots.get(key)?.seconds ?? 0;
      const seconds = known + sum([...behind].map((id) => spent.get(id) ?? 0));
      this.#roots.set(key, {
        id: root,
        session: frame.sessions.get(root) ?? null,
        statementId: frame.statementId(root),
        seconds,
      });
    }
    if (view.waiters.length > this.#peak.waiters)
      this.#peak = { waiters: view.waiters.length, atMs: frame.atMs };
    this.members = view.members;
    this.lastSeenMs = frame.atMs;
  }

  record(atMs: number, ended: boolean): LockEpisode {
    const [rootSessionId, root] = most(this.#roots, ({ seconds }) => seconds);
    const [, { resource }] = most(this.#resources, ({ seconds }) => seconds);
    return {
      instance: this.instance,
      episodeId: this.id,
      atMs,
      startedAtMs: this.startedAtMs,
      endedAtMs: ended ? this.lastSeenMs : null,
      peakWaiters: this.#peak.waiters,
      peakAtMs: this.#peak.atMs,
      sessionSeconds: this.#seconds,
      roots: this.#roots.size,
      rootSessionSeconds: root.seconds,
      rootId: root.id,
      rootSessionId,
      rootState: root.session?.state ?? 'unknown',
      rootStatementId: root.statementId,
      rootUser: root.session?.user ?? null,
      rootApplication: root.session?.application ?? null,
      resource,
      victims: this.#victims.size,
      statementIds: [...this.#statements]
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_STATEMENTS)
        .map(([id]) => id),
    };
  }

  /** Seconds that each waiter waited since the last reading; of a new wait all of it. */
  #spend(frame: Frame, waiters: readonly string[]): Map<string, number> {
    const spent = new Map<string, number>();
    const waits = new Map<string, number>();
    for (const id of waiters) {
      const key = frame.sessionId(id);
      const startMs = frame.atMs - (frame.waitMs.get(id) ?? 0);
      const seconds = Math.max(0, frame.atMs - Math.max(startMs, this.#waits.get(key) ?? startMs)) / 1000;
      waits.set(key, frame.atMs);
      spent.set(id, seconds);
      this.#victims.add(key);
      this.#seconds += seconds;
      const statementId = frame.statementId(id);
      if (statementId !== null) add(this.#statements, statementId, seconds);
      for (const { resource } of frame.edgesOf.get(id)?.slice(0, 1) ?? []) {
        const known = this.#resources.get(resource.key)?.seconds ?? 0;
        this.#resources.set(resource.key, { resource, seconds: known + seconds });
      }
    }
    this.#waits = waits;
    return spent;
  }
}

function most<V>(map: ReadonlyMap<string, V>, value: (each: V) => number): [string, V] {
  const [first, ...rest] = map;
  if (first === undefined) throw new Error('a jam has a root and a resource');
  return rest.reduce((best, each) => (value(each[1]) > value(best[1]) ? each : best), first);
}

function add(map: Map<string, number>, key: string, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
