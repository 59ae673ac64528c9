import type { ColumnSource } from 'hyparquet-writer';
import type { Column } from './column.js';

type Type = Column<never>['type'];
type Cell = string | number | boolean | null;

/** Cells of one column on their way to a file. */
export interface ColumnStore {
  readonly length: number;
  push(cell: Cell): void;
  /** All cells as the Parquet writer takes them; without a null among them it need not say which are. */
  data(): Pick<ColumnSource, 'data' | 'nullable' | 'encoding'>;
  cells(): Cell[];
  dropFirst(count: number): void;
}

export function columnStoreOf(type: Type, texts: SharedTexts): ColumnStore {
  return type === 'STRING' ? new TextStore(texts) : new NumberStore(type);
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

const ROOM = 1024;

/**
 * Numbers outside the heap: in an array each time or fraction is an object, which lives to the flush and is moved twice
 * until then. Null is NaN.
 */
class NumberStore implements ColumnStore {
  #numbers = new Float64Array(ROOM);
  length = 0;

  constructor(private readonly type: Type) {}

  push(cell: Cell): void {
    if (this.length === this.#numbers.length) this.#numbers = twice(this.#numbers);
    const number = cell === null ? Number.NaN : Number(cell);
    this.#numbers[this.length] = this.type === 'INT64' ? Math.round(number) : number;
    this.length += 1;
  }

  data() {
    const numbers = this.#numbers.subarray(0, this.length);
    const nullable = numbers.some(Number.isNaN);
    if (this.type === 'BOOLEAN') return { nullable, data: this.cells() };
    // The merged files pack their numbers; doing it twice was a third of what writing costs.
    const encoding = 'PLAIN' as const;
    if (this.type === 'INT64') return { nullable, encoding, data: bigs(numbers) };
    return { nullable, encoding, data: nullable ? this.cells() : numbers };
  }

  cells(): Cell[] {
    return mapped(this.#numbers, this.length, this.type === 'BOOLEAN' ? booleanCell : numberCell);
  }

  dropFirst(count: number): void {
    this.#numbers.copyWithin(0, count, this.length);
    this.length -= count;
  }
}

const NO_TEXT = -1;

/** Texts by their place among the shared ones. */
class TextStore implements ColumnStore {
  #ids = new Int32Array(ROOM);
  length = 0;
  /** Most columns say the same of one session after the other: looking a text up takes longer than comparing it. */
  #last: Cell = null;
  #lastId = NO_TEXT;

  constructor(private readonly texts: SharedTexts) {}

  push(cell: Cell): void {
    if (this.length === this.#ids.length) this.#ids = twice(this.#ids);
    if (cell !== this.#last) {
      this.#last = cell;
      this.#lastId = cell === null ? NO_TEXT : this.texts.idOf(String(cell));
    }
    this.#ids[this.length] = this.#lastId;
    this.length += 1;
  }

  data() {
    return { nullable: this.#ids.subarray(0, this.length).includes(NO_TEXT), data: this.cells() };
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

/** Rows of one tick have one time: a bigint for each of a thousand would be a thousand objects. */
function bigs(numbers: Float64Array): (bigint | null)[] {
  let last = Number.NaN;
  let big = 0n;
  const all = new Array<bigint | null>(numbers.length);
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] as number;
    if (Number.isNaN(number)) all[index] = null;
    else {
      if (number !== last) big = BigInt(number);
      last = number;
      all[index] = big;
    }
  }
  return all;
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
