import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Column } from './column.js';

/** Rows as a Parquet file under its final name: written aside, synced, renamed, the directory synced. */
export async function writeSegment(
  path: string,
  schema: readonly Column<never>[],
  columns: readonly (readonly unknown[])[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(encode(schema, columns));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Exposed for measuring: the bytes alone. */
export function encode(
  schema: readonly Column<never>[],
  columns: readonly (readonly unknown[])[],
): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      // These files live for minutes; the merged ones have statistics.
      statistics: false,
      columnData: schema.map(({ name, type }, index) => ({
        name,
        type,
        nullable: true,
        data: columns[index] as unknown[],
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
