import type { Column } from './column.js';
import type { Numbers, Texts } from './parquet/index.js';

type Type = Column<never>['type'];
type Cell = string | number | boolean | null;

/** Cells of one column on their way to a file. */
export interface ColumnStore {
  readonly length: number;
  push(cell: Cell): void;
  /** All cells as they are kept; pushing more may change them. */
  values(): Numbers | Texts;
  cells(): Cell[];
  dropFirst(count: number): void;
}

/** `room`: cells to expect. */
export function columnStoreOf(type: Type, texts: SharedTexts, room: number): ColumnStore {
  const cells = Math.max(LEAST_ROOM, room);
  return type === 'STRING' ? new TextStore(texts, cells) : new NumberStore(type, cells);
}

/** Different texts, each once: names of waits, states, users, ids. */
export class SharedTexts {
  readonly #ids = new Map<string, number>();
  readonly all: string[] = [];

  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

const LEAST_ROOM = 64;
const MOST_INT32 = 2 ** 31 - 1;

/**
 * Numbers outside the heap: in an array each time or fraction is an object, which lives to the flush and is moved twice
 * until then. Null is NaN.
 */
class NumberStore implements ColumnStore {
  #numbers: Float64Array;
  length = 0;

  constructor(
    private readonly type: Exclude<Type, 'STRING'>,
    room: number,
  ) {
    this.#numbers = new Float64Array(room);
  }

  push(cell: Cell): void {
    if (this.length === this.#numbers.length) this.#numbers = twice(this.#numbers);
    this.#numbers[this.length] = cell === null ? Number.NaN : this.#whole(Number(cell));
    this.length += 1;
  }

  values(): Numbers {
    return { type: this.type, numbers: this.#numbers.subarray(0, this.length) };
  }

  cells(): Cell[] {
    return mapped(this.#numbers, this.length, this.type === 'BOOLEAN' ? booleanCell : numberCell);
  }

  dropFirst(count: number): void {
    this.#numbers.copyWithin(0, count, this.length);
    this.length -= count;
  }

  /** What a column cannot hold becomes the most that it can. */
  #whole(number: number): number {
    if (this.type === 'DOUBLE') return number;
    const most = this.type === 'INT64' ? Number.MAX_SAFE_INTEGER : MOST_INT32;
    return Math.min(most, Math.max(-most, Math.round(number)));
  }
}

const NO_TEXT = -1;

/** Texts by their place among the shared ones. */
class TextStore implements ColumnStore {
  #ids: Int32Array;
  length = 0;
  /** Most columns say the same of one session after the other: looking a text up takes longer than comparing it. */
  #last: Cell = null;
  #lastId = NO_TEXT;

  constructor(
    private readonly texts: SharedTexts,
    room: number,
  ) {
    this.#ids = new Int32Array(room);
  }

  push(cell: Cell): void {
    if (this.length === this.#ids.length) this.#ids = twice(this.#ids);
    if (cell !== this.#last) {
      this.#last = cell;
      this.#lastId = cell === null ? NO_TEXT : this.texts.idOf(String(cell));
    }
    this.#ids[this.length] = this.#lastId;
    this.length += 1;
  }

  values(): Texts {
    return { type: 'STRING', places: this.#ids.subarray(0, this.length), all: this.texts.all };
  }

  cells(): Cell[] {
    const all = new Array<Cell>(this.length);
    for (let index = 0; index < this.length; index += 1) {
      const id = this.#ids[index] as number;
      all[index] = id === NO_TEXT ? null : (this.texts.all[id] as string);
    }
    return all;
  }

  dropFirst(count: number): void {
    this.#ids.copyWithin(0, count, this.length);
    this.length -= count;
  }
}

function twice<T extends Float64Array | Int32Array>(full: T): T {
  const larger = new (full.constructor as new (length: number) => T)(2 * full.length);
  larger.set(full);
  return larger;
}

function booleanCell(number: number): Cell {
  return Number.isNaN(number) ? null : number !== 0;
}

function numberCell(number: number): Cell {
  return Number.isNaN(number) ? null : number;
}

/** Without an iterator, which makes an object for each cell: a sixth of all that the collector allocated. */
function mapped<T>(numbers: Float64Array, length: number, of: (number: number) => T): T[] {
  const all = new Array<T>(length);
  for (let index = 0; index < length; index += 1) all[index] = of(numbers[index] as number);
  return all;
}
