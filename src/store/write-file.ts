import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DbvitalsError } from '../core/errors.js';
import type { Column } from './column.js';
import type { ColumnStore } from './column-store.js';
import { ParquetEncoder } from './parquet/index.js';

const encoder = new ParquetEncoder();

/**
 * Rows as a Parquet file under its final name: written aside, synced, renamed, the directory synced. A failure leaves
 * nothing behind; rejects with STORE_FULL when the disk or the quota is.
 */
export async function writeSegment(
  path: string,
  schema: readonly Column<never>[],
  columns: readonly ColumnStore[],
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeSynced(temporary, encode(schema, columns));
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    // Half a file would take the room that the next try needs.
    await rm(temporary, { force: true });
    throw fullOr(error, dirname(path));
  }
}

/** STORE_FULL when the error says so, else the error itself. */
export function fullOr(error: unknown, directory: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new DbvitalsError('STORE_FULL', `the disk of ${directory} is full`, {
    remedy: 'free space, or lower `retention.bytes`; until then the newest samples wait in memory',
    cause: error,
  });
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function encode(schema: readonly Column<never>[], columns: readonly ColumnStore[]): Uint8Array {
  return encoder.encode(
    schema.map(({ name }, index) => ({ name, values: (columns[index] as ColumnStore).values() })),
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
