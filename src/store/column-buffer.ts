import type { Column } from './column.js';
import { type ColumnStore, columnStoreOf, SharedTexts } from './column-store.js';

/** With more different texts than this (ids come and go) sharing starts anew. */
const MOST_SHARED = 50_000;

/**
 * Rows of one table on their way to a file, by column. Rows live for a second and die young; kept as objects until the
 * flush they would be moved into the old generation and back out of it (half of the collector's CPU at a thousand
 * sessions a second went there).
 */
export class ColumnBuffer {
  #columns: ColumnStore[];
  #texts = new SharedTexts();

  constructor(private readonly schema: readonly Column<never>[]) {
    this.#columns = this.#empty(0);
  }

  get length(): number {
    return this.#columns[0]?.length ?? 0;
  }

  push(rows: readonly object[]): void {
    for (const [index, { value }] of this.schema.entries()) {
      const column = this.#columns[index] as ColumnStore;
      for (const row of rows) column.push(value(row as never));
    }
  }

  /** Takes all rows out. */
  take(): readonly ColumnStore[] {
    const taken = this.#columns;
    if (this.#texts.all.length > MOST_SHARED) this.#texts = new SharedTexts();
    // The next flush brings about as many.
    this.#columns = this.#empty(taken[0]?.length ?? 0);
    return taken;
  }

  /** Puts rows back that could not be written: they are older than what came meanwhile. */
  putBack(older: readonly ColumnStore[]): void {
    const younger = this.#columns;
    this.#columns = this.#empty(this.length);
    for (const [index, column] of this.#columns.entries())
      for (const columns of [older, younger])
        for (const cell of (columns[index] as ColumnStore).cells()) column.push(cell);
  }

  /** Drops the oldest rows beyond `most`; returns how many. */
  trim(most: number): number {
    const excess = Math.max(0, this.length - most);
    if (excess > 0) for (const column of this.#columns) column.dropFirst(excess);
    return excess;
  }

  #empty(room: number): ColumnStore[] {
    return this.schema.map(({ type }) => columnStoreOf(type, this.#texts, room));
  }
}
