import type { LockClass } from './classes.js';
import { refill } from './packed.js';
import type { Wait } from './party.js';
import type { MeetingCounts } from './self-order.js';
import type { Sight, Stages } from './stages.js';

/** Meetings of one statement with itself that are kept: later ones say what programs do today. */
const MOST_KEPT = 600;

export interface Meeting {
  readonly waiter: Sight;
  readonly holder: Sight;
  readonly holderWaits: boolean;
}

/**
 * Waits of a statement for a lock that the same statement took. At which stage both were is often told only later, when
 * the times of the stages are known: kept are the sights, counted is anew each time.
 */
export class Repeats {
  readonly #met = new Map<string, Meeting[]>();

  constructor(private readonly stages: Stages) {}

  /** `staged`: at which stage both are can be told, now or later. */
  add({ waiter, holder, name }: Wait, digest: string, staged: boolean): void {
    const key = keyOf(name, digest);
    const met = this.#met.get(key) ?? [];
    this.#met.set(key, met);
    met.push({
      waiter: staged ? this.stages.sightOf(waiter) : { known: null, offsetMs: null },
      holder: this.stages.sightOf(holder),
      holderWaits: holder.waits.length > 0,
    });
    if (met.length > MOST_KEPT) met.shift();
  }

  kept() {
    return { met: this.#met };
  }

  recall({ met }: ReturnType<Repeats['kept']>): void {
    refill(this.#met, met);
  }

  /** Waits for a holder by this statement, at whatever stage. */
  count(name: LockClass, digest: string): number {
    return this.#met.get(keyOf(name, digest))?.length ?? 0;
  }

  /** Waiters that are known to be at a later lock. */
  later(name: LockClass, digest: string): number {
    return (this.#met.get(keyOf(name, digest)) ?? []).filter(({ waiter }) => waiter.known === 'later').length;
  }

  /** Of those for a holder that has only its first lock. */
  counts(name: LockClass, digest: string): MeetingCounts {
    const counts = { firstOnFirst: 0, laterOnFirst: 0 };
    for (const { waiter, holder, holderWaits } of this.#met.get(keyOf(name, digest)) ?? []) {
      const stage = this.stages.stageOf(digest, waiter);
      const theirs = this.stages.stageOf(digest, holder);
      if (stage === null || theirs !== (holderWaits ? 'later' : 'first')) continue;
      counts[stage === 'first' ? 'firstOnFirst' : 'laterOnFirst'] += 1;
    }
    return counts;
  }
}

function keyOf(name: LockClass, digest: string): string {
  return `${name}\0${digest}`;
}
