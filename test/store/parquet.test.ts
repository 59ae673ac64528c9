import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/store/column.js';
import { ColumnBuffer } from '../../src/store/column-buffer.js';
import { ParquetEncoder } from '../../src/store/parquet/index.js';

type Row = Readonly<Record<string, string | number | boolean | null>>;

const TYPES = { a: 'STRING', b: 'INT32', c: 'INT64', d: 'DOUBLE', e: 'BOOLEAN' } as const;
const schema = Object.entries(TYPES).map(
  ([name, type]): Column<Row> => ({ name, type, value: (row) => row[name] ?? null }),
);
const encoder = new ParquetEncoder();

function encoded(rows: readonly Row[]): Uint8Array {
  const buffer = new ColumnBuffer(schema as Column<never>[]);
  buffer.push(rows);
  const columns = buffer.take();
  return encoder.encode(
    schema.map(({ name }, index) => ({ name, values: (columns[index] as (typeof columns)[0]).values() })),
  );
}

/** What two readers that are not ours find in the bytes. */
async function readBack(bytes: Uint8Array): Promise<{ hyparquet: Row[]; duckdb: Row[] }> {
  const plain = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
    ) as Row;
  const file = new Uint8Array(bytes).buffer;
  const hyparquet = (await parquetReadObjects({ file })).map(plain);
  const directory = mkdtempSync(join(tmpdir(), 'dbvitals-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  try {
    writeFileSync(join(directory, 'f.parquet'), bytes);
    const connection = await instance.connect();
    const found = await connection.runAndReadAll(
      `SELECT * FROM read_parquet('${join(directory, 'f.parquet')}')`,
    );
    connection.closeSync();
    return { hyparquet, duckdb: (found.getRowObjectsJS() as Record<string, unknown>[]).map(plain) };
  } finally {
    instance.closeSync();
    rmSync(directory, { recursive: true });
  }
}

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe('files that others can read', () => {
  it.each([
    ['no row', 0, 5],
    ['one row', 1, 1],
    ['fewer than a group of eight', 7, 3],
    ['one text only', 40, 1],
    ['few texts in runs', 1_000, 5],
    ['as many texts as rows', 3_000, 100_000],
  ])('%s', async (_, count, texts) => {
    const next = random(count + texts);
    let text = 'x';
    const rows = Array.from({ length: count }, (): Row => {
      if (next() > 0.6) text = `täxt ${Math.floor(next() * texts)} 😀`;
      return {
        a: next() < 0.1 ? null : text,
        b: next() < 0.3 ? null : Math.floor((next() - 0.5) * 2 ** 32),
        c: next() < 0.1 ? null : Math.floor((next() - 0.5) * 2 ** 53),
        d: next() < 0.5 ? null : next() * 1e12,
        e: next() < 0.2 ? null : next() < 0.5,
      };
    });
    const { hyparquet, duckdb } = await readBack(encoded(rows));
    expect(hyparquet).toEqual(rows);
    expect(duckdb).toEqual(rows);
  });

  it('columns without a value, and without a null', async () => {
    const rows = Array.from({ length: 20 }, (_, i): Row => ({ a: null, b: i, c: null, d: i / 4, e: true }));
    const { hyparquet, duckdb } = await readBack(encoded(rows));
    expect(hyparquet).toEqual(rows);
    expect(duckdb).toEqual(rows);
  });

  it('empty and megabyte texts', async () => {
    const rows: Row[] = ['', 'ü'.repeat(500_000), ''].map((a) => ({ a, b: null, c: null, d: null, e: null }));
    const { hyparquet, duckdb } = await readBack(encoded(rows));
    expect(hyparquet).toEqual(rows);
    expect(duckdb).toEqual(rows);
  });

  it('a number beyond what its column holds is the most that it can hold', async () => {
    const rows: Row[] = [{ a: null, b: 3e9, c: 1e300, d: 1e300, e: null }];
    const { hyparquet } = await readBack(encoded(rows));
    expect(hyparquet[0]).toMatchObject({ b: 2 ** 31 - 1, c: Number.MAX_SAFE_INTEGER, d: 1e300 });
  });

  it('what was encoded before stays as it was', async () => {
    const first = encoded([{ a: 'first', b: 1, c: 1, d: 1, e: true }]);
    const copy = Buffer.from(first);
    encoded([{ a: 'second', b: 2, c: 2, d: 2, e: false }]);
    expect(Buffer.from(first)).toEqual(copy);
  });
});
