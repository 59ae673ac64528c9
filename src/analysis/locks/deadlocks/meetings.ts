import { classOf, isGapOnly, isInsertIntention, type LockClass } from './classes.js';
import { refill } from './packed.js';
import type { Party, Scene, Wait } from './party.js';
import { Repeats } from './repeats.js';
import { unorderedProbability } from './self-order.js';
import type { Stages } from './stages.js';
import { isFirstStatement, type StatementClasses } from './statement-classes.js';
import type { Transactions } from './transactions.js';

/** A transaction takes two locks of one class, by `first` and then by `later` (the same statement, or another). */
export interface Meeting {
  readonly name: LockClass;
  readonly first: string;
  readonly later: string;
  readonly user: string | null;
  readonly application: string | null;
  /** Its transactions begin at times that are exact. */
  readonly timed: keyof typeof LEAST_FOLLOWED;
  /** Two statements: waits of the later one for a holder that has run only the first. */
  laterOnFirst: number;
  /** Seen to hold what it wants shared, and to want it for itself: no order of keys helps against that. */
  upgrades: number;
  /** The same where the row is not named (PostgreSQL). */
  likeUpgrades: number;
  /** Its statement asked shared for what the same statement holds exclusively (InnoDB: a unique key being inserted). */
  checks: number;
}

/**
 * So many transactions must have shown the order of two statements. Where they are told apart by rounded times, one may be
 * two of one session; PostgreSQL's are told to the microsecond.
 */
const LEAST_FOLLOWED = { exact: 1, rounded: 2 };
/** A statement that takes the first lock before it would be met more often; of the rest, some are met by readings of two moments. */
const ALONE = 0.95;
/** So many waiters that are known to have a lock already, where nobody was seen to take the first. */
const LEAST_LATER = 5;
/** One wait of a later statement for a first may be a reading of two moments. */
const LEAST_MET = 2;
const UPGRADE_DOUBT = 0.1;
const LIKE_UPGRADE_DOUBT = 0.15;
const CHECK_DOUBT = 0.4;

/** Counts how waiters of one class of locks meet holders of the same class. */
export class Meetings {
  readonly #meetings = new Map<string, Meeting>();
  readonly #repeats: Repeats;
  readonly #seen = new Set<string>();
  /** How often which statement was what a waiter waited at or what its holder had run last. */
  readonly #met = new Map<LockClass, Map<string, number>>();

  constructor(
    stages: Stages,
    private readonly transactions: Transactions,
    private readonly statements: StatementClasses,
  ) {
    this.#repeats = new Repeats(stages);
  }

  /** Those that the scene adds to. */
  learn({ waits }: Scene): Meeting[] {
    if (this.#seen.size > 20_000) this.#seen.clear();
    return waits.flatMap((wait) => {
      const { rowsModified, statementStartedAtMs } = wait.waiter.session;
      const pair = `${wait.waiter.key} ${rowsModified ?? statementStartedAtMs} ${wait.holder.key}`;
      if (this.#seen.has(pair)) return [];
      const counted = this.#learnOne(wait);
      if (counted !== null) this.#seen.add(pair);
      return counted === null || counted === 'first' ? [] : [counted];
    });
  }

  probability(meeting: Meeting): number {
    const { name, first, later, laterOnFirst, upgrades, likeUpgrades, checks, timed } = meeting;
    if (isUpgrade(meeting))
      return 1 - UPGRADE_DOUBT ** upgrades * LIKE_UPGRADE_DOUBT ** likeUpgrades * CHECK_DOUBT ** checks;
    // What follows what is often seen later than who meets whom: it is asked for each time.
    const followed = this.transactions.timesFollowed(first, later) >= LEAST_FOLLOWED[timed];
    if (first === later && (followed || this.#isAlone(name, first)))
      return unorderedProbability(this.#repeats.counts(name, first), true);
    if (!followed) return 0;
    // Of a transaction whose steps were not all seen the last one seen need not be the one that took the lock (BEGIN, for one).
    if (!this.statements.classesOf(first).has(name)) return 0;
    if (laterOnFirst < LEAST_MET || this.transactions.timesFollowed(later, first) > 0) return 0;
    return unorderedProbability({ firstOnFirst: this.#repeats.count(name, first), laterOnFirst }, false);
  }

  /** The wait is of a kind that was counted, and the holder will want what the waiter has. */
  of({ waiter, holder, name }: Wait): Meeting | null {
    const later = waiter.session.digest;
    const first = this.#doneBy(holder);
    return first === null || later === null ? null : (this.#meetings.get(keyOf(name, first, later)) ?? null);
  }

  kept() {
    return { meetings: this.#meetings, repeats: this.#repeats.kept(), met: this.#met };
  }

  recall({ meetings, repeats, met }: ReturnType<Meetings['kept']>): void {
    refill(this.#meetings, meetings);
    refill(this.#met, met);
    this.#repeats.recall(repeats);
  }

  /**
   * Nothing but this statement takes locks of the class, and transactions that have no others were seen to have taken one
   * before it: then it runs twice in one transaction, although nobody saw both.
   */
  #isAlone(name: LockClass, digest: string): boolean {
    const met = this.#met.get(name) ?? new Map<string, number>();
    const all = [...met.values()].reduce((sum, times) => sum + times, 0);
    return (met.get(digest) ?? 0) >= ALONE * all && this.#repeats.later(name, digest) >= LEAST_LATER;
  }

  #note(name: LockClass, digests: readonly (string | null)[]): void {
    const met = this.#met.get(name) ?? new Map<string, number>();
    this.#met.set(name, met);
    for (const digest of digests) if (digest !== null) met.set(digest, (met.get(digest) ?? 0) + 1);
  }

  #learnOne(wait: Wait): Meeting | 'first' | null {
    const { waiter, holder, name, edge } = wait;
    const later = waiter.session.digest;
    if (later === null || holder.waits.some(({ resource }) => resource.key === edge.resource.key))
      return null;
    const first = this.#doneBy(holder);
    this.#note(name, [first, later]);
    if (wantsMoreOfOwn(wait)) {
      const meeting = this.#meeting(name, waiter.past.at(-1) ?? later, later, waiter);
      meeting.upgrades += 1;
      return meeting;
    }
    if (first === null) return null;
    if (likeUpgrade(wait) && first !== later) {
      const meeting = this.#meeting(name, first, later, waiter);
      meeting.likeUpgrades += 1;
      return meeting;
    }
    if (first === later && checksForOwn(wait)) {
      const meeting = this.#meeting(name, first, later, waiter);
      meeting.checks += 1;
      return meeting;
    }
    return first === later ? this.#sameStatement(wait, first) : this.#otherStatement(wait, first, later);
  }

  #sameStatement(wait: Wait, digest: string): Meeting | 'first' {
    const { waiter, name } = wait;
    const { exact, session, holds } = waiter;
    // InnoDB counts all rows that were changed: with other tables among them the count does not tell the stage.
    const mixed = !exact && session.rowsModified !== null && [...holds.keys()].some((held) => held !== name);
    this.#repeats.add(wait, digest, !mixed);
    return mixed ? 'first' : this.#meeting(name, digest, digest, waiter);
  }

  #otherStatement(wait: Wait, first: string, later: string): Meeting | null {
    const { waiter, holder, name, edge } = wait;
    const classes = this.statements.classesOf(first);
    if (classes.size > 0 && !classes.has(name)) return null;
    if (waiter.exact && !waiter.past.includes(first)) return null;
    if (holder.past.includes(later) || isFirstStatement(waiter)) return null;
    const shared = sharedByHolder(wait);
    // Of a wait that names no relation it is a guess which table it is for.
    if (!shared && classOf(edge.resource) === null) return null;
    const meeting = this.#meeting(name, first, later, waiter);
    if (shared) meeting.upgrades += 1;
    else meeting.laterOnFirst += 1;
    return meeting;
  }

  /** The last statement that the party has finished; null where it cannot be told. */
  #doneBy({ session, past, waits }: Party): string | null {
    if (waits.length === 0) return session.state === 'active' ? null : session.digest;
    const before = past.at(-1);
    if (before !== undefined) return before;
    // One statement twice: that it waits at the later one is for the caller to ask.
    const { digest } = session;
    return digest !== null && this.transactions.timesFollowed(digest, digest) > 0 ? digest : null;
  }

  #meeting(name: LockClass, first: string, later: string, { session }: Party): Meeting {
    const key = keyOf(name, first, later);
    const known = this.#meetings.get(key) ?? {
      name,
      first,
      later,
      user: session.user,
      application: session.application,
      timed: session.rowsModified === null ? 'exact' : 'rounded',
      laterOnFirst: 0,
      upgrades: 0,
      likeUpgrades: 0,
      checks: 0,
    };
    this.#meetings.set(key, known);
    return known;
  }
}

/** No order of keys helps against it. */
export function isUpgrade({ upgrades, likeUpgrades, checks }: Meeting): boolean {
  return upgrades > 0 || likeUpgrades > 0 || checks > 0;
}

function keyOf(name: LockClass, first: string, later: string): string {
  return `${name}\0${first}\0${later}`;
}

/** It holds the very row or gap shared that it asks for: the holder can do the same, and neither gets further. */
function wantsMoreOfOwn({ waiter, edge }: Wait): boolean {
  const held = waiter.rows.get(edge.resource.key)?.mode;
  if (held === undefined) return false;
  if (isInsertIntention(edge.mode)) return !held.includes('REC_NOT_GAP');
  return /^S\b/.test(held) && /^X\b/.test(edge.mode);
}

/** The holder has it shared, as the waiter has by the same statement before; where the server tells the mode. */
function sharedByHolder({ holder, edge }: Wait): boolean {
  const mode = holder.rows.get(edge.resource.key)?.mode;
  if (mode === undefined) return false;
  if (isInsertIntention(edge.mode)) return isGapOnly(mode);
  return /^S\b/.test(mode) && /^X\b/.test(edge.mode);
}

/**
 * InnoDB checks a unique key by a shared lock and then takes it exclusively. Of two who wait for the key of a third, both
 * get it shared when that one rolls back, and neither gets further (the manual's "Locks Set by Different SQL Statements").
 * The holder is in a transaction of several statements, or it could not roll back, and has run nothing else: a child's
 * insert asks its parent shared too, which somebody may have changed before.
 */
function checksForOwn({ waiter, holder, edge }: Wait): boolean {
  const held = holder.rows.get(edge.resource.key)?.mode ?? '';
  if (!/^S\b/.test(edge.mode) || !/^X\b/.test(held) || holder.session.state === 'active') return false;
  return holder.exact && holder.past.every((each) => each === waiter.session.digest);
}

/**
 * PostgreSQL: who waits for a row stands in its queue by a lock on the tuple, except who has the row shared already: it
 * waits for the other's end and nothing else. The holder has rows there shared or for update only, and the waiter has all
 * the relations that the holder has: it has done what the holder did, and now wants more.
 */
function likeUpgrade({ waiter, holder, name, edge }: Wait): boolean {
  if (edge.resource.kind !== 'transaction' || edge.resource.relation !== null) return false;
  if (!waiter.listed || holder.holds.get(name) !== 'shared' || !waiter.shares.has(name)) return false;
  return !isFirstStatement(waiter) && [...holder.holds.keys()].every((held) => waiter.holds.has(held));
}
