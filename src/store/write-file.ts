import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Column } from './schema.js';

/** Rows as a Parquet file under its final name: written aside, synced, renamed, the directory synced. */
export async function writeSegment<Row>(
  path: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(encode(columns, rows));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Exposed for measuring: the bytes alone. */
export function encode<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      // These files live for minutes; the merged ones have statistics.
      statistics: false,
      columnData: columns.map(({ name, type, value }) => ({
        name,
        type,
        nullable: true,
        data: rows.map((row) => {
          const plain = value(row);
          return type === 'INT64' && typeof plain === 'number' ? BigInt(Math.round(plain)) : plain;
        }),
      })),
    }),
  );
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
