import { Bytes } from './bytes.js';
import { writeHybrid } from './hybrid.js';
import { type Fields, i32, struct, writeStruct } from './thrift.js';

/** Numbers of a column; NaN is null. */
export interface Numbers {
  readonly type: 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN';
  readonly numbers: Float64Array;
}

/** Texts of a column by their place in a list that may hold others too; -1 is null. */
export interface Texts {
  readonly type: 'STRING';
  readonly places: Int32Array;
  readonly all: readonly string[];
}

export interface Chunk {
  readonly encodings: readonly number[];
  readonly dictionaryAt: number | undefined;
  readonly dataAt: number;
  readonly bytes: number;
}

/** Numbers of Parquet's enumerations. */
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;

const TWO_32 = 2 ** 32;

/** Writes columns one after the other; what it works with is kept, since files are written every few seconds. */
export class ChunkWriter {
  readonly #page = new Bytes();
  #levels = new Int32Array(0);
  #whole = new Int32Array(0);
  #fractions = new Float64Array(0);
  /** By place of a text: its place in the dictionary of the column, from 1. */
  #inDictionary = new Int32Array(0);

  constructor(private readonly out: Bytes) {}

  write(column: Numbers | Texts): Chunk {
    return column.type === 'STRING' ? this.#texts(column) : this.#numbers(column);
  }

  #numbers({ type, numbers }: Numbers): Chunk {
    const from = this.out.length;
    const rows = numbers.length;
    this.#room(rows);
    let present = 0;
    for (let row = 0; row < rows; row += 1) {
      const number = numbers[row] as number;
      const known = !Number.isNaN(number);
      this.#levels[row] = known ? 1 : 0;
      if (!known) continue;
      if (type === 'DOUBLE') this.#fractions[present] = number;
      else if (type === 'INT64') {
        const high = Math.floor(number / TWO_32);
        this.#whole[2 * present] = number - high * TWO_32;
        this.#whole[2 * present + 1] = high;
      } else this.#whole[present] = number;
      present += 1;
    }
    this.#beginPage(rows);
    if (type === 'DOUBLE') this.#page.numbers(this.#fractions, present);
    else if (type === 'BOOLEAN') writeBits(this.#page, this.#whole, present);
    else this.#page.numbers(this.#whole, type === 'INT64' ? 2 * present : present);
    this.#writePage(DATA_PAGE, [5, dataHeader(rows, PLAIN)]);
    return { encodings: [PLAIN, RLE], dictionaryAt: undefined, dataAt: from, bytes: this.out.length - from };
  }

  #texts({ places, all }: Texts): Chunk {
    const dictionaryAt = this.out.length;
    const rows = places.length;
    this.#room(rows);
    if (this.#inDictionary.length < all.length) this.#inDictionary = new Int32Array(2 * all.length);
    const known: number[] = [];
    let present = 0;
    this.#page.clear();
    for (let row = 0; row < rows; row += 1) {
      const place = places[row] as number;
      this.#levels[row] = place < 0 ? 0 : 1;
      if (place < 0) continue;
      if (this.#inDictionary[place] === 0) {
        this.#inDictionary[place] = known.push(place);
        this.#page.sized(all[place] as string);
      }
      this.#whole[present++] = (this.#inDictionary[place] as number) - 1;
    }
    for (const place of known) this.#inDictionary[place] = 0;
    this.#writePage(DICTIONARY_PAGE, [7, struct([1, i32(known.length)], [2, i32(PLAIN)])]);
    const dataAt = this.out.length;
    const bits = known.length <= 1 ? 0 : 32 - Math.clz32(known.length - 1);
    this.#beginPage(rows);
    this.#page.byte(bits);
    writeHybrid(this.#page, this.#whole, present, bits);
    this.#writePage(DATA_PAGE, [5, dataHeader(rows, RLE_DICTIONARY)]);
    const encodings = [PLAIN, RLE, RLE_DICTIONARY];
    return { encodings, dictionaryAt, dataAt, bytes: this.out.length - dictionaryAt };
  }

  #room(rows: number): void {
    if (this.#levels.length >= rows) return;
    this.#levels = new Int32Array(rows);
    this.#whole = new Int32Array(2 * rows);
    this.#fractions = new Float64Array(rows);
  }

  /** A data page begins with which rows have a value, after the length of that. */
  #beginPage(rows: number): void {
    this.#page.clear();
    const levels = new Bytes(64);
    writeHybrid(levels, this.#levels, rows, 1);
    this.#page.uint32(levels.length);
    this.#page.append(levels.view());
  }

  #writePage(type: number, header: Fields[number]): void {
    const size = i32(this.#page.length);
    writeStruct(this.out, [[1, i32(type)], [2, size], [3, size], header]);
    this.out.append(this.#page.view());
  }
}

function dataHeader(rows: number, encoding: number) {
  return struct([1, i32(rows)], [2, i32(encoding)], [3, i32(RLE)], [4, i32(RLE)]);
}

/** Eight booleans a byte, the first in its lowest bit. */
function writeBits(out: Bytes, bits: Int32Array, count: number): void {
  for (let from = 0; from < count; from += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8 && from + bit < count; bit += 1) byte |= (bits[from + bit] as number) << bit;
    out.byte(byte);
  }
}
