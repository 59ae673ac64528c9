import { deadlockIdOf } from '../../../core/ids.js';
import type { DeadlockRecord } from '../../../core/lock-samples.js';
import type { LockEdge, LockReading } from '../../../core/locks.js';
import { adviceOnCycle } from './advice.js';
import { type Cycle, cyclesOf } from './cycles.js';
import { classesAround, partiesOf } from './parties.js';
import type { Scene } from './party.js';
import { brokenAtOnce, type Policy, victimOf } from './victim.js';

/** A cycle that ended this much before it was due was broken by something else than the server's detector. */
const EARLY_MS = 300;
/** Nothing ends a cycle but a server or a person: one that one snapshot shows is one, unless a person is quicker. */
const PROBABILITY = 0.98;

interface Live {
  readonly record: DeadlockRecord;
  readonly cycle: Cycle;
  lastSeenAtMs: number;
}

/** How a cycle that stood has ended. */
export interface EndedCycle {
  readonly record: DeadlockRecord;
  readonly happened: boolean;
}

/** Cycles that stand: each is foretold at the first reading that shows it, and followed until it is gone. */
export class ImminentDeadlocks {
  readonly #live = new Map<string, Live>();
  /** First sight of waits whose start the server does not tell (PostgreSQL 12 and 13). */
  #waits = new Map<string, number>();

  constructor(private readonly instance: string) {}

  /** New cycles, and those that are gone. */
  observe(
    reading: LockReading,
    scene: Scene,
    policy: Policy,
  ): { readonly fresh: readonly DeadlockRecord[]; readonly ended: readonly EndedCycle[] } {
    this.#noteWaits(reading);
    const hard = reading.edges.filter(({ kind }) => kind === 'hard');
    const cycles = cyclesOf(hard).filter((cycle) => !brokenAtOnce(cycle, policy));
    const standing = this.#standing(hard, reading.atMs);
    const fresh: DeadlockRecord[] = [];
    for (const cycle of cycles) {
      // Of two in one knot the server breaks one first; the other is told if it is still there then.
      if (cycle.some(({ waiterId }) => standing.members.has(waiterId))) continue;
      const id = this.#idOf(cycle, scene);
      const record = this.#recordOf(id, cycle, reading, scene, policy);
      this.#live.set(id, { record, cycle, lastSeenAtMs: reading.atMs });
      standing.ids.add(id);
      fresh.push(record);
    }
    return { fresh, ended: this.#end(standing.ids, reading.atMs) };
  }

  /** When the waits of the last reading began, by the server's clock. */
  waitStarts(): number[] {
    return [...this.#waits.values()];
  }

  /** The lane has fallen silent: nothing stands any more. */
  silence(atMs: number): readonly EndedCycle[] {
    const silent = [...this.#live.values()].every(({ lastSeenAtMs }) => atMs - lastSeenAtMs > 5_000);
    return silent ? this.#end(new Set(), atMs) : [];
  }

  /** Known cycles all of whose waits are still there. */
  #standing(hard: readonly LockEdge[], atMs: number) {
    const pairs = new Set(hard.map(pairOf));
    const ids = new Set<string>();
    const members = new Set<string>();
    for (const [id, live] of this.#live) {
      if (!live.cycle.every((edge) => pairs.has(pairOf(edge)))) continue;
      live.lastSeenAtMs = atMs;
      ids.add(id);
      for (const { waiterId } of live.cycle) members.add(waiterId);
    }
    return { ids, members };
  }

  #end(standing: ReadonlySet<string>, atMs: number): EndedCycle[] {
    const ended: EndedCycle[] = [];
    for (const [id, { record, lastSeenAtMs }] of this.#live) {
      if (standing.has(id)) continue;
      this.#live.delete(id);
      const { expectedAtMs } = record;
      const happened = expectedAtMs === null || atMs >= expectedAtMs - EARLY_MS;
      const endedAtMs = happened ? Math.max(lastSeenAtMs, Math.min(atMs, expectedAtMs ?? atMs)) : atMs;
      ended.push({
        happened,
        record: { ...record, outcome: happened ? 'happened' : 'resolved', outcomeAtMs: endedAtMs },
      });
    }
    return ended;
  }

  #recordOf(id: string, cycle: Cycle, reading: LockReading, scene: Scene, policy: Policy): DeadlockRecord {
    const victim = victimOf(cycle, (edge) => this.#startOf(edge, reading), policy, reading.serverNowMs);
    const offsetMs = reading.serverNowMs - reading.atMs;
    return {
      instance: this.instance,
      deadlockId: id,
      kind: 'imminent',
      atMs: reading.atMs,
      parties: partiesOf(this.instance, cycle, scene),
      resources: classesAround(cycle, scene),
      victimId: victim?.sessionId ?? null,
      expectedAtMs: victim === null ? null : victim.atMs - offsetMs,
      probability: PROBABILITY * Math.min(...cycle.map(({ confidence }) => confidence)),
      outcome: null,
      outcomeAtMs: null,
      source: cycle.every(({ waitStartedAtMs }) => waitStartedAtMs !== null)
        ? 'cycle'
        : 'cycle, waits as first seen',
      advice: adviceOnCycle(victim?.sessionId ?? null),
    };
  }

  #startOf(edge: LockEdge, reading: LockReading): number {
    return edge.waitStartedAtMs ?? this.#waits.get(waitKey(edge)) ?? reading.serverNowMs;
  }

  #noteWaits({ edges, serverNowMs }: LockReading): void {
    const now = new Map<string, number>();
    for (const edge of edges) {
      const key = waitKey(edge);
      now.set(key, edge.waitStartedAtMs ?? this.#waits.get(key) ?? serverNowMs);
    }
    this.#waits = now;
  }

  /** The same sessions in the same transactions: a cycle cannot close twice within them. */
  #idOf(cycle: Cycle, { parties }: Scene): string {
    const members = cycle.map(({ waiterId }) => parties.get(waiterId)?.key ?? waiterId);
    return deadlockIdOf(this.instance, 'imminent', ...members.sort());
  }
}

function waitKey({ waiterId, resource }: LockEdge): string {
  return `${waiterId}\0${resource.key}`;
}

function pairOf({ waiterId, blockerId }: LockEdge): string {
  return `${waiterId}\0${blockerId}`;
}
