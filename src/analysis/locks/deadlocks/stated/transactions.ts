import type { NamedRow, TransactionStep } from '../../../../core/lock-analyst.js';
import type { LockClass } from '../classes.js';

/** What a transaction has locked so far, by the texts of its statements. */
export interface StatedTransaction {
  readonly transaction: string;
  readonly sessionId: string;
  /** Its first statements were seen, too, and it is not too long to be followed. */
  readonly whole: boolean;
  /** For itself alone: rows by their keys; a statement that may lock anything stands for itself. */
  readonly rows: Set<string>;
  /** Relations in which it has locked a row that was there. */
  readonly relations: Set<LockClass>;
  /** The first row of each relation that it has locked for itself alone, or made. */
  readonly taken: Map<LockClass, StatedRow>;
  /** Rows and gaps that others may have locked at the same time. */
  readonly shares: StatedRow[];
}

export interface StatedRow {
  readonly row: NamedRow;
  readonly digest: string;
}

const MOST_SESSIONS = 2_000;
/** A batch that locks more than this says nothing more by each row, and would be kept row by row. */
const MOST_LOCKS = 30;

/** Transactions of sessions whose statements the server keeps a history of. */
export class StatedTransactions {
  readonly #open = new Map<string, StatedTransaction>();

  /** The transaction of a step as it was before it. */
  before({ sessionId, transaction, follows }: TransactionStep): StatedTransaction {
    const known = this.#open.get(sessionId);
    if (known?.transaction === transaction && follows) return known;
    if (this.#open.size >= MOST_SESSIONS) this.#open.clear();
    return this.#begin(sessionId, transaction, follows && known?.transaction !== transaction);
  }

  after(open: StatedTransaction, { row, shares, plainRead, digest }: TransactionStep): void {
    if (!open.whole) return;
    const { sessionId, transaction, rows, relations, taken } = open;
    for (const each of shares) open.shares.push({ row: each, digest });
    if (!plainRead) {
      // Children of one parent look alike, and none is in the way of another.
      if (shares.length === 0 || !row?.inserted) rows.add(row?.key ?? digest);
      if (row !== null && !taken.has(row.relation)) taken.set(row.relation, { row, digest });
      if (row?.inserted === false) relations.add(row.relation);
    }
    if (rows.size + open.shares.length > MOST_LOCKS) this.#begin(sessionId, transaction, false);
  }

  #begin(sessionId: string, transaction: string, whole: boolean): StatedTransaction {
    const open: StatedTransaction = {
      sessionId,
      transaction,
      whole,
      rows: new Set(),
      relations: new Set(),
      taken: new Map(),
      shares: [],
    };
    this.#open.set(sessionId, open);
    return open;
  }
}
