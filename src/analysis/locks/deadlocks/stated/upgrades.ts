import { dropFirst } from '../../../../core/drop-first.js';
import type { NamedRow, TransactionStep } from '../../../../core/lock-analyst.js';
import type { LockClass } from '../classes.js';
import { disjoint } from '../key-order.js';
import type { StatedTransaction } from './transactions.js';

/** Two transactions that locked the same row or gap shared and then asked for it alone. */
export interface StatedMeeting {
  readonly name: LockClass;
  /** Statements of the later one: which took the lock, and which asked for more. */
  readonly by: readonly [string, string];
  readonly probability: number;
}

interface Upgrades {
  /** By the row or gap, the last one of it. */
  readonly byKey: Map<string, { readonly sessionId: string; readonly rows: ReadonlySet<string> }>;
  meetings: number;
}

const MOST_KEYS = 300;
const MOST_CLASSES = 50;
/** That the texts of two transactions do not mean the same row (a trigger, a view, a case that counts). */
const DOUBT = 0.15;

/**
 * Shared, then exclusive, by the texts of statements: a row is inserted that refers to another, which InnoDB locks shared,
 * and that one is then changed; or a row is asked for that is not there, which locks the gap, and then inserted. Two at once
 * stop each other, whatever the order of keys.
 */
export class StatedUpgrades {
  readonly #classes = new Map<LockClass, Upgrades>();

  /**
   * `open` is the transaction before the step. Null where it shows no two that can meet: of different sessions, for the
   * same row, and nothing that both lock first keeps them apart.
   */
  learn(open: StatedTransaction, { row, digest }: TransactionStep): StatedMeeting | null {
    if (row === null || !open.whole) return null;
    const { relation: name } = row;
    const share = open.shares.find((each) => covers(each.row, row));
    // What is locked for itself alone, maybe by another name of the row, was not locked shared.
    if (share === undefined || open.relations.has(name)) return null;
    const upgrades = this.#upgradesOf(name);
    const { byKey } = upgrades;
    const { sessionId } = open;
    const { key } = share.row;
    const last = byKey.get(key);
    byKey.delete(key);
    byKey.set(key, { sessionId, rows: new Set(open.rows) });
    dropFirst(byKey, MOST_KEYS);
    if (last === undefined || last.sessionId === sessionId || !disjoint(last.rows, open.rows)) return null;
    upgrades.meetings += 1;
    return { name, by: [share.digest, digest], probability: 1 - DOUBT ** upgrades.meetings };
  }

  #upgradesOf(name: LockClass): Upgrades {
    const known = this.#classes.get(name) ?? { byKey: new Map(), meetings: 0 };
    this.#classes.set(name, known);
    dropFirst(this.#classes, MOST_CLASSES);
    return known;
  }
}

function covers(shared: NamedRow, wanted: NamedRow): boolean {
  if (shared.relation !== wanted.relation) return false;
  return [...shared.columns].every(([name, value]) => wanted.columns.get(name) === value);
}
