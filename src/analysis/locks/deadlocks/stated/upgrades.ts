import type { NamedRow, TransactionStep } from '../../../../core/lock-analyst.js';
import type { LockClass } from '../classes.js';
import { disjoint } from '../key-order.js';
import type { StatedTransaction } from './transactions.js';

/** A transaction that locked a row or a gap shared and then asked for it alone. */
export interface Upgrade {
  readonly name: LockClass;
  readonly sessionId: string;
  readonly key: string;
  readonly rows: ReadonlySet<string>;
  readonly by: readonly [string, string];
}

const MOST_KEPT = 100;
const MOST_CLASSES = 200;
/** That the texts of two transactions do not mean the same row (a trigger, a view, a case that counts). */
const DOUBT = 0.15;

/**
 * Shared, then exclusive, by the texts of statements: a row is inserted that refers to another, which InnoDB locks shared,
 * and that one is then changed; or a row is asked for that is not there, which locks the gap, and then inserted. Two at once
 * stop each other, whatever the order of keys.
 */
export class StatedUpgrades {
  readonly #kept = new Map<LockClass, Upgrade[]>();

  /** `open` is the transaction before the step. Null where the step adds nothing. */
  learn(open: StatedTransaction, { row, digest }: TransactionStep): Upgrade | null {
    if (row === null || !open.whole || open.relations.has(row.relation)) return null;
    const share = open.shares.find((each) => covers(each.row, row));
    if (share === undefined) return null;
    const upgrade: Upgrade = {
      name: row.relation,
      sessionId: open.sessionId,
      key: share.row.key,
      rows: new Set(open.rows),
      by: [share.digest, digest],
    };
    if (this.#kept.size >= MOST_CLASSES) this.#kept.clear();
    this.#kept.set(row.relation, [...(this.#kept.get(row.relation) ?? []), upgrade].slice(-MOST_KEPT));
    return upgrade;
  }

  /** That two can meet: of different sessions, for the same row, and nothing that both lock first keeps them apart. */
  probability(name: LockClass): number {
    const all = this.#kept.get(name) ?? [];
    const meeting = all.filter((a) =>
      all.some((b) => b.sessionId !== a.sessionId && b.key === a.key && disjoint(a.rows, b.rows)),
    );
    return meeting.length === 0 ? 0 : 1 - DOUBT ** (meeting.length / 2);
  }
}

function covers(shared: NamedRow, wanted: NamedRow): boolean {
  if (shared.relation !== wanted.relation) return false;
  return [...shared.columns].every(([name, value]) => wanted.columns.get(name) === value);
}
