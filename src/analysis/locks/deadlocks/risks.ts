import { deadlockIdOf } from '../../../core/ids.js';
import type { DeadlockRecord } from '../../../core/lock-samples.js';
import { adviceOn } from './advice.js';
import { calibrated, type Scored } from './calibration.js';
import type { LockClass } from './classes.js';
import type { LatentPatterns } from './latent.js';
import type { Meetings } from './meetings.js';
import { refill } from './packed.js';
import { partyOf } from './parties.js';
import type { Scene, Wait } from './party.js';
import { fromMeeting, type Pattern, patternKey } from './patterns.js';
import type { Witness } from './witnesses.js';

/** Told from this probability on; all are followed, so that the probability is learnt. */
const TELL_AT = 0.2;
/** A server that breaks circles at once tells of it with the next tick, or only in its status text. */
const AFTERMATH_MS = 4_000;
const MOST_PAST = 2_000;
/** Before there are outcomes: how often the missing edge closes, as hits and tries. */
const PRIOR = {
  order: { hits: 0.5, tries: 2.5 },
  keys: { hits: 0.3, tries: 3 },
  upgrade: { hits: 1, tries: 2.5 },
};

interface Open {
  readonly pattern: string;
  readonly sessions: readonly [string, string];
  readonly score: number;
  readonly record: DeadlockRecord | null;
  lastSeenAtMs: number;
}

/** Live pairs with inverted order and one edge missing. */
export class Risks {
  readonly #open = new Map<string, Open>();
  readonly #rates = new Map<string, { hits: number; tries: number }>();
  readonly #past: Scored[] = [];

  constructor(
    private readonly instance: string,
    private readonly latent: LatentPatterns,
    private readonly meetings: Meetings,
  ) {}

  observe(scene: Scene, witnesses: readonly Witness[]): DeadlockRecord[] {
    const found: DeadlockRecord[] = [];
    for (const [wait, pattern] of this.#candidates(scene, witnesses)) {
      const key = `${wait.waiter.key} ${wait.holder.key}`;
      const known = this.#open.get(key);
      if (known !== undefined) {
        known.lastSeenAtMs = scene.atMs;
        continue;
      }
      const score = pattern.probability * this.#rate(pattern);
      const probability = calibrated(score, this.#past);
      const record =
        probability < TELL_AT ? null : this.#recordOf(key, wait, pattern, probability, scene.atMs);
      this.#open.set(key, {
        pattern: patternKey(pattern.classes),
        sessions: [wait.waiter.session.id, wait.holder.session.id],
        score,
        record,
        lastSeenAtMs: scene.atMs,
      });
      if (record !== null) found.push(record);
    }
    return [...found, ...this.settle(scene.atMs)];
  }

  /** A circle closed over these sessions. */
  happened(sessions: readonly string[], atMs: number): DeadlockRecord[] {
    return [...this.#open].flatMap(([key, open]) =>
      open.sessions.every((id) => sessions.includes(id)) ? this.#close(key, open, true, atMs) : [],
    );
  }

  /** What has not been seen for a while went well. */
  settle(atMs: number): DeadlockRecord[] {
    return [...this.#open].flatMap(([key, open]) =>
      atMs - open.lastSeenAtMs > AFTERMATH_MS ? this.#close(key, open, false, open.lastSeenAtMs) : [],
    );
  }

  kept() {
    return { rates: this.#rates, past: this.#past };
  }

  recall({ rates, past }: ReturnType<Risks['kept']>): void {
    refill(this.#rates, rates);
    this.#past.push(...past);
  }

  /** Each live wait whose holder's like goes on to want what the waiter has. */
  #candidates(scene: Scene, witnesses: readonly Witness[]): (readonly [Wait, Pattern])[] {
    const inverted = witnesses.flatMap(({ held, wanted, wait }) => {
      const pattern = this.latent.pattern([held, wanted]);
      return pattern === null || wait.holder.waits.length > 0 ? [] : [[wait, pattern] as const];
    });
    const met = scene.waits.flatMap((wait) => {
      const meeting = this.meetings.of(wait);
      if (meeting === null || wait.holder.waits.length > 0) return [];
      const probability = this.meetings.probability(meeting);
      return probability < 0.5 ? [] : [[wait, fromMeeting(meeting, probability)] as const];
    });
    return [...inverted, ...met];
  }

  #rate(pattern: Pattern): number {
    const prior = PRIOR[pattern.kind];
    const seen = this.#rates.get(patternKey(pattern.classes)) ?? { hits: 0, tries: 0 };
    return (seen.hits + prior.hits) / (seen.tries + prior.tries);
  }

  #close(key: string, open: Open, happened: boolean, atMs: number): DeadlockRecord[] {
    this.#open.delete(key);
    const rate = this.#rates.get(open.pattern) ?? { hits: 0, tries: 0 };
    this.#rates.set(open.pattern, { hits: rate.hits + (happened ? 1 : 0), tries: rate.tries + 1 });
    this.#past.push({ score: open.score, happened });
    if (this.#past.length > MOST_PAST) this.#past.shift();
    if (open.record === null) return [];
    return [{ ...open.record, outcome: happened ? 'happened' : 'resolved', outcomeAtMs: atMs }];
  }

  #recordOf(key: string, wait: Wait, pattern: Pattern, probability: number, atMs: number): DeadlockRecord {
    const names: LockClass[] = [...new Set(pattern.classes)];
    const other = names.find((name) => name !== wait.name) ?? wait.name;
    return {
      instance: this.instance,
      deadlockId: deadlockIdOf(this.instance, 'risk', key),
      kind: 'risk',
      atMs,
      parties: [
        partyOf(this.instance, wait.waiter, wait.edge, [other], wait.name),
        partyOf(this.instance, wait.holder, null, [wait.name], null),
      ],
      resources: names,
      victimId: null,
      expectedAtMs: null,
      probability,
      outcome: null,
      outcomeAtMs: null,
      source: 'one edge away',
      advice: adviceOn(pattern),
    };
  }
}
