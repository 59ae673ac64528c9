import { deadlockIdOf, statementIdOf } from '../../../core/ids.js';
import type { TransactionStep } from '../../../core/lock-analyst.js';
import type { DeadlockParty, DeadlockRecord } from '../../../core/lock-samples.js';
import { adviceOn } from './advice.js';
import type { LockClass } from './classes.js';
import { Crossings } from './crossings.js';
import { KeyOrders } from './key-order.js';
import type { Meetings } from './meetings.js';
import { refill } from './packed.js';
import type { Scene } from './party.js';
import {
  type Evidence,
  fromCircle,
  fromKeys,
  fromMeeting,
  fromRows,
  fromStanding,
  type Pattern,
  patternKey,
  type Side,
} from './patterns.js';
import { RowOrders } from './row-order.js';
import { StatedLocks } from './stated/locks.js';
import type { StatementClasses } from './statement-classes.js';
import type { Transactions } from './transactions.js';
import type { Witness } from './witnesses.js';

/**
 * Told from this on. Below it the evidence could as well be of programs that agree. Where it is looked at again with
 * each wait, as a share of waits is, it would be passed by chance too: by 1 in 20 at 0.95 (Ville's inequality).
 */
const TELL_AT: Record<Evidence, number> = {
  'lock order': 0.8,
  'order of keys': 0.95,
  'keys compared': 0.9,
  'rows in statements': 0.95,
  'circle of rows': 0.98,
  'shared lock, then exclusive': 0.8,
  'circle that stood': 0.5,
};
/** A pattern that was told is taken back when later evidence says so. */
const TAKE_BACK_AT = 0.2;

/** Patterns of templates that can deadlock, and which of them were told. */
export class LatentPatterns {
  readonly crossings = new Crossings();
  readonly #rows = new RowOrders();
  readonly #keys = new KeyOrders();
  readonly #stated: StatedLocks;
  readonly #circles = new Map<string, number>();
  readonly #told = new Map<string, DeadlockRecord>();
  readonly #best = new Map<string, Pattern>();

  constructor(
    private readonly instance: string,
    private readonly meetings: Meetings,
    private readonly statements: StatementClasses,
    private readonly transactions: Transactions,
  ) {
    this.#stated = new StatedLocks(statements);
  }

  learn(scene: Scene, witnesses: readonly Witness[]): DeadlockRecord[] {
    const { atMs } = scene;
    const crossed = witnesses.flatMap((witness) => this.crossings.add(witness, atMs) ?? []);
    const patterns = [
      ...crossed.flatMap((crossing) => this.crossings.circles(crossing, atMs).map(fromCircle)),
      ...this.meetings
        .learn(scene)
        .map((meeting) => fromMeeting(meeting, this.meetings.probability(meeting))),
      ...this.#keyPatterns(scene),
      ...this.#rowPatterns(scene),
    ];
    return patterns.flatMap((pattern) => this.#tell(pattern, atMs) ?? []);
  }

  /** What the texts of statements say, where the server keeps a history of them. */
  learnTexts(history: readonly TransactionStep[], atMs: number): DeadlockRecord[] {
    const wanted = (classes: readonly LockClass[]) => !this.#told.has(patternKey(classes));
    return this.#stated.learn(history, wanted).flatMap((pattern) => this.#tell(pattern, atMs) ?? []);
  }

  pattern(classes: readonly LockClass[]): Pattern | null {
    return this.#best.get(patternKey(classes)) ?? null;
  }

  /** Circles that stand prove their pattern, before the server breaks them. */
  stand(circles: readonly DeadlockRecord[], { waits, atMs }: Scene): DeadlockRecord[] {
    return circles.flatMap((record) => {
      if (record.resources.length === 0) return [];
      const ids = record.parties.map(({ sessionId }) => sessionId);
      const around = waits.filter(
        ({ waiter, holder }) => ids.includes(waiter.session.id) && ids.includes(holder.session.id),
      );
      const upgrade =
        around.length > 0 &&
        around.every(({ waiter, name }) => waiter.shares.has(name) || waiter.holds.get(name) === 'shared');
      return this.#tell(fromStanding(record, upgrade), atMs) ?? [];
    });
  }

  /** A deadlock over these classes happened: whether it was foretold, and when. */
  happened(classes: readonly LockClass[], atMs: number): DeadlockRecord[] {
    const told = this.#told.get(patternKey(classes));
    if (told === undefined || told.outcome !== null || told.atMs >= atMs) return [];
    return [this.#keep({ ...told, outcome: 'happened', outcomeAtMs: atMs })];
  }

  /** Without the circles of rows: their rows' locks are of minutes, and keys are compared anyway. */
  kept() {
    return {
      crossings: this.crossings.kept(),
      keys: this.#keys.kept(),
      told: this.#told,
      best: this.#best,
    };
  }

  recall({ crossings, keys, told, best }: ReturnType<LatentPatterns['kept']>): void {
    this.crossings.recall(crossings);
    this.#keys.recall(keys);
    refill(this.#told, told);
    refill(this.#best, best);
  }

  #keyPatterns({ waits }: Scene): Pattern[] {
    const added = waits.filter((wait) => this.#keys.add(wait)).map(({ name }) => name);
    return [...new Set(added)].map((name) =>
      fromKeys(name, this.#keys.probability(name), this.#keys.statementsOf(name)),
    );
  }

  #rowPatterns({ waits, atMs }: Scene): Pattern[] {
    return waits.flatMap(({ waiter, edge, name }) => {
      const { kind, key: wantedRow, row } = edge.resource;
      if (kind !== 'row' || row?.startsWith('(')) return [];
      const transaction = waiter.key;
      return [...waiter.rows].flatMap(([heldRow, { name: held, mode }]) => {
        if (mode.includes('GAP') && !mode.includes('REC_NOT_GAP')) return [];
        const order = { heldRow, wantedRow, held, wanted: name, transaction, atMs };
        const circle = this.#rows.add(order);
        if (circle === null) return [];
        const key = patternKey(circle);
        const circles = (this.#circles.get(key) ?? 0) + 1;
        this.#circles.set(key, circles);
        return [fromRows(circle, circles, waiter.session.digest)];
      });
    });
  }

  #tell(pattern: Pattern, atMs: number): DeadlockRecord | null {
    const key = patternKey(pattern.classes);
    const told = this.#told.get(key);
    if ((this.#best.get(key)?.probability ?? 0) < pattern.probability || pattern.kind !== 'order')
      this.#best.set(key, pattern);
    // Only what a share of waits has told can a share of waits take back.
    if (
      told !== undefined &&
      told.outcome === null &&
      told.source === pattern.evidence &&
      pattern.evidence === 'order of keys' &&
      pattern.probability < TAKE_BACK_AT
    )
      return this.#keep({ ...told, outcome: 'resolved', outcomeAtMs: atMs });
    if (told !== undefined || pattern.probability < TELL_AT[pattern.evidence]) return null;
    return this.#keep(this.#recordOf(pattern, atMs));
  }

  #recordOf(pattern: Pattern, atMs: number): DeadlockRecord {
    return {
      instance: this.instance,
      deadlockId: deadlockIdOf(this.instance, 'latent', patternKey(pattern.classes)),
      kind: 'latent',
      atMs,
      parties: pattern.sides.map((side) => this.#partyOf(side)),
      resources: [...new Set(pattern.classes)],
      victimId: null,
      expectedAtMs: null,
      probability: pattern.probability,
      outcome: null,
      outcomeAtMs: null,
      source: pattern.evidence,
      advice: adviceOn(pattern),
    };
  }

  #partyOf({ held, wanted, heldBy, wantedBy, user, application }: Side): DeadlockParty {
    const taker = heldBy ?? this.#takerBefore(held, wantedBy);
    return {
      sessionId: null,
      user,
      application,
      statementIds: [taker, wantedBy].flatMap((digest) =>
        digest === null ? [] : [statementIdOf(this.instance, digest)],
      ),
      holds: [held],
      waitsFor: wanted,
      mode: null,
    };
  }

  /** What was seen most often before `wantedBy` of all that takes the class; null where nothing was. */
  #takerBefore(held: LockClass, wantedBy: string | null): string | null {
    if (wantedBy === null) return null;
    const times = (digest: string) => this.transactions.timesFollowed(digest, wantedBy);
    const [first] = this.statements.takersOf(held).sort((a, b) => times(b) - times(a));
    return first === undefined || times(first) === 0 ? null : first;
  }

  #keep(record: DeadlockRecord): DeadlockRecord {
    this.#told.set(patternKey(record.resources), record);
    return record;
  }
}
