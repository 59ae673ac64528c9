import type { NamedRow, TransactionStep } from '../../../../core/lock-analyst.js';
import type { LockClass } from '../classes.js';

/** What a transaction has locked so far, by the texts of its statements. */
export interface StatedTransaction {
  readonly transaction: string;
  readonly sessionId: string;
  /** Its first statements were seen, too. */
  readonly whole: boolean;
  /** For itself alone: rows by their keys; a statement that may lock anything stands for itself. */
  readonly rows: Set<string>;
  readonly relations: Set<LockClass>;
  readonly taken: StatedRow[];
  /** Rows and gaps that others may have locked at the same time. */
  readonly shares: StatedRow[];
}

export interface StatedRow {
  readonly row: NamedRow;
  readonly digest: string;
}

const MOST_SESSIONS = 5_000;

/** Transactions of sessions whose statements the server keeps a history of. */
export class StatedTransactions {
  readonly #open = new Map<string, StatedTransaction>();

  /** The transaction of a step as it was before it. */
  before({ sessionId, transaction, follows }: TransactionStep): StatedTransaction {
    const known = this.#open.get(sessionId);
    if (known?.transaction === transaction && follows) return known;
    if (this.#open.size >= MOST_SESSIONS) this.#open.clear();
    const whole = follows && known?.transaction !== transaction;
    const open: StatedTransaction = {
      transaction,
      sessionId,
      whole,
      rows: new Set(),
      relations: new Set(),
      taken: [],
      shares: [],
    };
    this.#open.set(sessionId, open);
    return open;
  }

  after(open: StatedTransaction, { row, shares, plainRead, digest }: TransactionStep): void {
    // What is locked for itself alone, maybe by another name of the row, is not locked shared.
    for (const each of shares)
      if (!open.relations.has(each.relation)) open.shares.push({ row: each, digest });
    if (plainRead) return;
    // Children of one parent look alike, and none is in the way of another.
    if (shares.length === 0 || !row?.inserted) open.rows.add(row?.key ?? digest);
    if (row === null) return;
    open.taken.push({ row, digest });
    if (!row.inserted) open.relations.add(row.relation);
  }
}
