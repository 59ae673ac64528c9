import { Bytes } from './bytes.js';
import { type Chunk, ChunkWriter, type Numbers, type Texts } from './column-chunk.js';
import { i32, i64, list, struct, text, writeStruct } from './thrift.js';

export type { Numbers, Texts } from './column-chunk.js';

export interface NamedColumn {
  readonly name: string;
  readonly values: Numbers | Texts;
}

/** Numbers of Parquet's enumerations. */
const PHYSICAL = { BOOLEAN: 0, INT32: 1, INT64: 2, DOUBLE: 5, STRING: 6 } as const;
const OPTIONAL = 1;
const UTF8 = 0;
const UNCOMPRESSED = 0;

const MAGIC = Buffer.from('PAR1');

/**
 * Columns of equal length as a Parquet file: one row group, a page for each column, numbers plain and texts by a
 * dictionary, nothing compressed. Why it is ours: docs/decisions/0013. Source: github.com/apache/parquet-format.
 */
export class ParquetEncoder {
  readonly #out = new Bytes(256 * 1024);
  readonly #chunks = new ChunkWriter(this.#out);

  encode(columns: readonly NamedColumn[]): Uint8Array {
    const out = this.#out;
    out.clear();
    out.append(MAGIC);
    const chunks = columns.map(({ values }) => this.#chunks.write(values));
    const footerAt = out.length;
    writeFooter(out, columns, chunks);
    out.uint32(out.length - footerAt);
    out.append(MAGIC);
    return Buffer.from(out.view());
  }
}

function writeFooter(out: Bytes, columns: readonly NamedColumn[], chunks: readonly Chunk[]): void {
  const rows = i64(rowsOf(columns[0]?.values));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const all = columns.map((column, index) => chunkOf(column, chunks[index] as Chunk, rows));
  writeStruct(out, [
    [1, i32(1)],
    [2, list([struct([4, text('rows')], [5, i32(columns.length)]), ...columns.map(elementOf)])],
    [3, rows],
    [4, list([struct([1, list(all)], [2, i64(bytes)], [3, rows])])],
    [6, text('dbvitals')],
  ]);
}

function rowsOf(values: Numbers | Texts | undefined): number {
  if (values === undefined) return 0;
  return values.type === 'STRING' ? values.places.length : values.numbers.length;
}

function elementOf({ name, values: { type } }: NamedColumn) {
  return struct(
    [1, i32(PHYSICAL[type])],
    [3, i32(OPTIONAL)],
    [4, text(name)],
    [6, type === 'STRING' ? i32(UTF8) : undefined],
  );
}

function chunkOf({ name, values: { type } }: NamedColumn, chunk: Chunk, rows: ReturnType<typeof i64>) {
  const from = chunk.dictionaryAt ?? chunk.dataAt;
  const meta = struct(
    [1, i32(PHYSICAL[type])],
    [2, list(chunk.encodings.map(i32))],
    [3, list([text(name)])],
    [4, i32(UNCOMPRESSED)],
    [5, rows],
    [6, i64(chunk.bytes)],
    [7, i64(chunk.bytes)],
    [9, i64(chunk.dataAt)],
    [11, chunk.dictionaryAt === undefined ? undefined : i64(chunk.dictionaryAt)],
  );
  return struct([2, i64(from)], [3, meta]);
}
