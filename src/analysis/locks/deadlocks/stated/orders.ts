import { dropFirst } from '../../../../core/drop-first.js';
import type { NamedRow, TransactionStep } from '../../../../core/lock-analyst.js';
import type { LockClass } from '../classes.js';
import { disjoint, mixedProbability } from '../key-order.js';
import type { StatedTransaction } from './transactions.js';

/** One class, or two in the order of their names. */
export type ClassPair = readonly [LockClass, LockClass];

/** Two rows in one transaction, by the texts of its statements. */
export interface StatedVote {
  /** `up`: the smaller key first; of two classes the one whose name comes first. */
  readonly side: 'up' | 'down';
  readonly heldRow: string;
  /** All that it had locked by then; a statement that may lock anything stands for itself. */
  readonly rows: ReadonlySet<string>;
  readonly by: readonly [string, string];
  readonly inserted: boolean;
}

interface Votes {
  readonly pair: ClassPair;
  readonly kept: StatedVote[];
  /** Who voted in the last second, and that two sessions did in one: who is never there at once cannot deadlock. */
  readonly voters: Set<string>;
  together: boolean;
  readonly up: Seen;
  readonly down: Seen;
}

/** Rows that were taken first, and later. */
interface Seen {
  readonly first: Set<string>;
  readonly later: Set<string>;
}

/** So many decide; programs that changed are for the keys of waits to find, which go on. */
const MOST_VOTES = 60;
const MOST_ROWS = 300;
const MOST_PAIRS = 100;
/**
 * Rows that were the first of one who went up and the later of one who went down, and the other way round: two such
 * transactions can want each other's. Rows of a shop apart from those of another, or of a parent before its children, never are.
 */
const LEAST_SHARED = 3;
/** Of two classes: that a transaction each way is no inversion, by a mistake; and that all follow a rule that nobody sees. */
const DOUBT = { each: 0.3, all: 0.02 };

/** In which order transactions take rows, of one table or of two, where their statements name them by literals. */
export class StatedOrders {
  readonly #votes = new Map<string, Votes>();

  /** A second's history comes. */
  begin(): void {
    for (const { voters } of this.#votes.values()) voters.clear();
  }

  /** `open` is the transaction before the step. Classes of whose orders the step tells something new. */
  learn(open: StatedTransaction, { row, digest }: TransactionStep): ClassPair[] {
    if (row === null || !open.whole || open.rows.has(row.key)) return [];
    const { relation } = row;
    return [...open.taken.values()].flatMap(({ row: held, digest: heldBy }) => {
      const other = held.relation;
      const same = other === relation;
      const side = same ? sideOf(held, row) : other < relation ? 'up' : 'down';
      // Who makes a row of one table does not wait for those of another's, unless both make the same.
      const inserted = row.inserted || held.inserted;
      if (side === null || (!same && inserted)) return [];
      const votes = this.#votesOf(other < relation ? [other, relation] : [relation, other]);
      votes.voters.add(open.sessionId);
      const together = votes.together || votes.voters.size > 1;
      const fresh = [
        together !== votes.together,
        note(votes[side].first, held.key),
        note(votes[side].later, row.key),
        keep(votes.kept, { side, heldRow: held.key, rows: open.rows, by: [heldBy, digest], inserted }),
      ];
      votes.together = together;
      return fresh.includes(true) ? [votes.pair] : [];
    });
  }

  /** That there is no agreed order. */
  probability(pair: ClassPair): number {
    const votes = this.#votes.get(keyOf(pair));
    if (votes === undefined || !votes.together) return 0;
    const { kept, up, down } = votes;
    if (shared(up.first, down.later) < LEAST_SHARED || shared(up.later, down.first) < LEAST_SHARED) return 0;
    const opposed = kept.filter((vote) =>
      kept.some((other) => other.side !== vote.side && disjoint(vote.rows, other.rows)),
    );
    const went = opposed.filter(({ side }) => side === 'up').length;
    if (pair[0] === pair[1]) return mixedProbability(went, opposed.length - went);
    return (1 - DOUBT.all) * (1 - DOUBT.each ** Math.min(went, opposed.length - went));
  }

  /** A transaction each way, as far as there were both. */
  examples(pair: ClassPair): readonly StatedVote[] {
    const { kept = [] } = this.#votes.get(keyOf(pair)) ?? {};
    return (['up', 'down'] as const).flatMap((wanted) => kept.find(({ side }) => side === wanted) ?? []);
  }

  #votesOf(pair: ClassPair): Votes {
    const known = this.#votes.get(keyOf(pair));
    if (known !== undefined) return known;
    const sets = () => ({ first: new Set<string>(), later: new Set<string>() });
    const fresh: Votes = { pair, kept: [], voters: new Set(), together: false, up: sets(), down: sets() };
    this.#votes.set(keyOf(pair), fresh);
    dropFirst(this.#votes, MOST_PAIRS);
    return fresh;
  }
}

function keyOf([a, b]: ClassPair): string {
  return `${a}\0${b}`;
}

/** By the only column in which they differ; null where they differ in several, or in columns that are not the same. */
function sideOf(held: NamedRow, wanted: NamedRow): StatedVote['side'] | null {
  if (held.columns.size !== wanted.columns.size) return null;
  let side: StatedVote['side'] | null = null;
  for (const [name, a] of held.columns) {
    const b = wanted.columns.get(name);
    if (b === undefined || typeof a !== typeof b) return null;
    if (a === b) continue;
    if (side !== null) return null;
    side = a < b ? 'up' : 'down';
  }
  return side;
}

/** True where it is new. */
function note(rows: Set<string>, key: string): boolean {
  if (rows.has(key) || rows.size >= MOST_ROWS) return false;
  rows.add(key);
  return true;
}

/** True where it is new: a row that all take first, wherever its key lies, is one vote. */
function keep(kept: StatedVote[], vote: StatedVote): boolean {
  if (kept.length >= MOST_VOTES) return false;
  if (kept.some(({ side, heldRow }) => side === vote.side && heldRow === vote.heldRow)) return false;
  kept.push({ ...vote, rows: new Set(vote.rows) });
  return true;
}

function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((key) => b.has(key)).length;
}
