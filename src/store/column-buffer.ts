import type { Column } from './column.js';

type Cell = string | number | boolean | bigint | null;

/** Different short texts kept for sharing: names of waits, states, users, ids. */
const MOST_SHARED = 50_000;

/**
 * Rows of one table on their way to a file, by column. Rows live for a second and die young; kept as objects until the
 * flush they would be moved into the old generation and back out of it (half of the collector's CPU at a thousand
 * sessions a second went there). Equal texts are kept once.
 */
export class ColumnBuffer {
  #columns: Cell[][];
  readonly #shared = new Map<string, string>();

  constructor(private readonly schema: readonly Column<never>[]) {
    this.#columns = schema.map(() => []);
  }

  get length(): number {
    return this.#columns[0]?.length ?? 0;
  }

  push(rows: readonly object[]): void {
    for (const [index, { type, value }] of this.schema.entries()) {
      const column = this.#columns[index] as Cell[];
      const big = type === 'INT64' ? bigOf() : null;
      for (const row of rows) {
        const plain = value(row as never);
        if (typeof plain === 'string') column.push(this.#share(plain));
        else column.push(big !== null && typeof plain === 'number' ? big(plain) : plain);
      }
    }
  }

  /** Takes all rows out. */
  take(): readonly (readonly Cell[])[] {
    const taken = this.#columns;
    this.#columns = this.schema.map(() => []);
    if (this.#shared.size > MOST_SHARED) this.#shared.clear();
    return taken;
  }

  /** Puts rows back that could not be written: they are older than what came meanwhile. */
  putBack(columns: readonly (readonly Cell[])[]): void {
    this.#columns = this.#columns.map((younger, index) => [...(columns[index] ?? []), ...younger]);
  }

  /** Drops the oldest rows beyond `most`; returns how many. */
  trim(most: number): number {
    const excess = Math.max(0, this.length - most);
    if (excess > 0) for (const column of this.#columns) column.splice(0, excess);
    return excess;
  }

  #share(text: string): string {
    const known = this.#shared.get(text);
    if (known !== undefined) return known;
    this.#shared.set(text, text);
    return text;
  }
}

/** The rows of a tick have one time: making it a bigint a thousand times is a thousand objects that live to the flush. */
function bigOf(): (plain: number) => bigint {
  let last = 0;
  let big = 0n;
  return (plain) => {
    if (plain !== last) {
      last = plain;
      big = BigInt(Math.round(plain));
    }
    return big;
  };
}
