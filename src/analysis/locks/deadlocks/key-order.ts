import { isGapOnly, type LockClass } from './classes.js';
import { refill } from './packed.js';
import type { Wait } from './party.js';

/** One wait of a transaction that has a row of the same index: is what it has before or after what it wants, by key? */
export interface Vote {
  readonly transaction: string;
  readonly side: 'before' | 'after';
  readonly heldRow: string;
  /** All rows that it held: two transactions that both have one of them exclusively are never there at once. */
  readonly rows: ReadonlySet<string>;
  readonly by: readonly [string | null, string | null];
}

const MOST_KEPT = 400;
/** A side is told wrongly where the wait ended while the views were read. */
const WRONG = 0.03;
/**
 * Sorted either way; agreed on otherwise, so that both sides show although no circle can close (a parent before its
 * children, whatever their keys: any share of sides is as likely); not agreed.
 */
const PRIOR = { sorted: 0.5, otherwise: 0.05, unordered: 0.45 };

/** Whether all transactions that lock several rows of a class agree on an order of keys, where the server compares them. */
export class KeyOrders {
  readonly #votes = new Map<LockClass, Vote[]>();

  /** True where the wait adds to what is known of its class. */
  add({ waiter, name, edge }: Wait): boolean {
    const { kind, key: wanted } = edge.resource;
    if (kind !== 'row') return false;
    const rows = new Set(
      [...waiter.rows].flatMap(([key, { mode }]) => (isGapOnly(mode) || key === wanted ? [] : [key])),
    );
    const known = this.#votes.get(name) ?? [];
    const before = known.length;
    for (const side of ['before', 'after'] as const) {
      const held = [...waiter.rows].find(
        ([key, row]) => row.name === name && row.side === side && rows.has(key),
      );
      if (held === undefined) continue;
      const [heldRow] = held;
      // A row that all take first, wherever its key lies, is one vote.
      if (
        known.some(
          (vote) => vote.side === side && (vote.heldRow === heldRow || vote.transaction === waiter.key),
        )
      )
        continue;
      const by = [waiter.past.at(-1) ?? null, waiter.session.digest] as const;
      known.push({ transaction: waiter.key, side, heldRow, rows, by });
    }
    if (known.length === before) return false;
    this.#votes.set(name, known.slice(-MOST_KEPT));
    return true;
  }

  kept() {
    return { votes: this.#votes };
  }

  recall({ votes }: ReturnType<KeyOrders['kept']>): void {
    refill(this.#votes, votes);
  }

  probability(name: LockClass): number {
    const votes = this.#votes.get(name) ?? [];
    const opposed = (vote: Vote) =>
      votes.some(
        (other) =>
          other.side !== vote.side &&
          (other.transaction === vote.transaction || disjoint(vote.rows, other.rows)),
      );
    const before = votes.filter(({ side }) => side === 'before');
    const after = votes.filter(({ side }) => side === 'after');
    return mixedProbability(before.filter(opposed).length, after.filter(opposed).length);
  }

  /** Statements of a transaction that was seen at it: the one before, and the one that waited. */
  statementsOf(name: LockClass): readonly (string | null)[] {
    return this.#votes.get(name)?.at(-1)?.by ?? [];
  }
}

export function disjoint(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return ![...a].some((row) => b.has(row));
}

/** That there is no agreed order, when so many waits went up and so many down. */
export function mixedProbability(up: number, down: number): number {
  if (up === 0 || down === 0) return 0;
  const all = up + down;
  const sorted = (right: number) => right * Math.log(1 - WRONG) + (all - right) * Math.log(WRONG);
  // The beta function of whole numbers: any share of sides is as likely.
  let any = -Math.log(all + 1);
  for (let each = 1; each <= down; each += 1) any += Math.log(each) - Math.log(up + each);
  const logs = {
    sorted: Math.log(PRIOR.sorted / 2) + Math.max(sorted(up), sorted(down)),
    otherwise: Math.log(PRIOR.otherwise) + any,
    unordered: Math.log(PRIOR.unordered) - all * Math.LN2,
  };
  const highest = Math.max(...Object.values(logs));
  const total = Object.values(logs).reduce((sum, log) => sum + Math.exp(log - highest), 0);
  return Math.exp(logs.unordered - highest) / total;
}
