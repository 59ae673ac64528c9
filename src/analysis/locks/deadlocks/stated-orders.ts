import type { NamedRow, TransactionStep } from '../../../core/lock-analyst.js';
import type { LockClass } from './classes.js';
import { disjoint, mixedProbability } from './key-order.js';
import type { StatedTransaction } from './stated-transactions.js';

/** Two rows of one class in one transaction, by the texts of its statements. */
interface Vote {
  readonly side: 'before' | 'after';
  readonly heldRow: string;
  /** All that it had locked by then; a statement that may lock anything stands for itself. */
  readonly rows: ReadonlySet<string>;
  readonly by: readonly string[];
  readonly inserted: boolean;
}

interface Votes {
  readonly kept: Vote[];
  /** Who voted in the last second, and that two sessions did in one: who is never there at once cannot deadlock. */
  voters: Set<string>;
  together: boolean;
  /** Rows that were taken first, and later, by transactions that went up and that went down. */
  readonly seen: Readonly<Record<Vote['side'], { readonly first: Set<string>; readonly later: Set<string> }>>;
}

/** So many decide; programs that changed are for the keys of waits to find, which go on. */
const MOST_VOTES = 60;
const MOST_ROWS = 1_000;
const MOST_CLASSES = 200;
/**
 * Rows that were the first of one who went up and the later of one who went down, and the other way round: two such
 * transactions can want each other's. Rows of a shop apart from those of another, or of a parent before its children, never are.
 */
const LEAST_SHARED = 3;

/**
 * In which order transactions take rows of one table, where their statements name them by literals.
 */
export class StatedOrders {
  readonly #votes = new Map<LockClass, Votes>();

  /** A second's history comes. */
  begin(): void {
    for (const votes of this.#votes.values()) votes.voters.clear();
  }

  /** `open` is the transaction before the step. The class to which the step adds; null for none. */
  learn(open: StatedTransaction, { row, digest }: TransactionStep): LockClass | null {
    if (row === null || !open.whole || open.rows.has(row.key)) return null;
    const { relation: name, key } = row;
    const first = open.taken.find((each) => each.row.relation === name);
    const side = first === undefined ? null : sideOf(first.row, row);
    if (first === undefined || side === null) return null;
    const votes = this.#votesOf(name);
    const { kept, seen } = votes;
    votes.voters.add(open.sessionId);
    votes.together ||= votes.voters.size > 1;
    const heldRow = first.row.key;
    note(seen[side].first, heldRow);
    note(seen[side].later, key);
    // A row that all take first, wherever its key lies, is one vote.
    const again = kept.some((vote) => vote.side === side && vote.heldRow === heldRow);
    const by = [first.digest, digest];
    if (!again && kept.length < MOST_VOTES)
      kept.push({ side, heldRow, rows: new Set(open.rows), by, inserted: row.inserted });
    return name;
  }

  /** That there is no agreed order. */
  probability(name: LockClass): number {
    const votes = this.#votes.get(name);
    if (votes === undefined || !votes.together) return 0;
    const { kept } = votes;
    const { before, after } = votes.seen;
    if (shared(before.first, after.later) < LEAST_SHARED || shared(before.later, after.first) < LEAST_SHARED)
      return 0;
    const opposed = kept.filter((vote) =>
      kept.some((other) => other.side !== vote.side && disjoint(vote.rows, other.rows)),
    );
    const up = opposed.filter(({ side }) => side === 'before').length;
    return mixedProbability(up, opposed.length - up);
  }

  /** Statements of a transaction that was seen at it, and whether it made the rows. */
  lastOf(name: LockClass): Pick<Vote, 'by' | 'inserted'> {
    return this.#votes.get(name)?.kept.at(-1) ?? { by: [], inserted: false };
  }

  #votesOf(name: LockClass): Votes {
    const known = this.#votes.get(name);
    if (known !== undefined) return known;
    if (this.#votes.size >= MOST_CLASSES) this.#votes.clear();
    const sets = () => ({ first: new Set<string>(), later: new Set<string>() });
    const fresh: Votes = {
      kept: [],
      voters: new Set(),
      together: false,
      seen: { before: sets(), after: sets() },
    };
    this.#votes.set(name, fresh);
    return fresh;
  }
}

/** By the only column in which they differ; null where they differ in several, or in columns that are not the same. */
function sideOf(held: NamedRow, wanted: NamedRow): Vote['side'] | null {
  if (held.columns.size !== wanted.columns.size) return null;
  let side: Vote['side'] | null = null;
  for (const [name, a] of held.columns) {
    const b = wanted.columns.get(name);
    if (b === undefined || typeof a !== typeof b) return null;
    if (a === b) continue;
    if (side !== null) return null;
    side = a < b ? 'before' : 'after';
  }
  return side;
}

function note(rows: Set<string>, key: string): void {
  if (rows.size < MOST_ROWS) rows.add(key);
}

function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((key) => b.has(key)).length;
}
