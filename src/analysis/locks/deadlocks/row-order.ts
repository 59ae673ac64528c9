import type { LockClass } from './classes.js';

const MOST_EDGES = 20_000;
const KEPT_MS = 6 * 3_600_000;

/** An order of two rows that somebody used: held the one, asked for the other. */
export interface RowOrder {
  readonly heldRow: string;
  readonly wantedRow: string;
  readonly held: LockClass;
  readonly wanted: LockClass;
  readonly transaction: string;
  readonly atMs: number;
}

/**
 * The order in which rows are locked, for engines that name rows. Whoever keeps to an order of keys, whatever it is,
 * never closes a circle among rows; a circle proves that there is none.
 */
export class RowOrders {
  readonly #after = new Map<string, Map<string, RowOrder>>();
  #count = 0;

  /** The classes around the shortest circle that this order closes, at most four rows; null for none. */
  add(order: RowOrder): readonly LockClass[] | null {
    const after = this.#after.get(order.heldRow) ?? new Map<string, RowOrder>();
    if (after.has(order.wantedRow) || order.heldRow === order.wantedRow) return null;
    after.set(order.wantedRow, order);
    this.#after.set(order.heldRow, after);
    this.#count += 1;
    if (this.#count > MOST_EDGES) this.#prune(order.atMs);
    return this.#circle(order);
  }

  #circle(closing: RowOrder): readonly LockClass[] | null {
    let paths: (readonly RowOrder[])[] = [[closing]];
    for (let length = 1; length < 4; length += 1) {
      const longer: (readonly RowOrder[])[] = [];
      for (const path of paths) {
        const last = path.at(-1) as RowOrder;
        for (const next of this.#after.get(last.wantedRow)?.values() ?? []) {
          if (path.some(({ transaction }) => transaction === next.transaction)) continue;
          if (next.wantedRow === closing.heldRow) return [...path, next].map(({ wanted }) => wanted);
          longer.push([...path, next]);
        }
        if (longer.length > 2_000) return null;
      }
      paths = longer;
    }
    return null;
  }

  #prune(atMs: number): void {
    for (const [row, after] of this.#after) {
      for (const [wanted, order] of after) if (atMs - order.atMs > KEPT_MS) after.delete(wanted);
      if (after.size === 0) this.#after.delete(row);
    }
    // Still too many: what is left is of the last hours; the oldest rows go first.
    this.#count = [...this.#after.values()].reduce((sum, after) => sum + after.size, 0);
    for (const [row, after] of this.#after) {
      if (this.#count <= MOST_EDGES / 2) break;
      this.#after.delete(row);
      this.#count -= after.size;
    }
  }
}
