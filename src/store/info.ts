import type { Duck } from './duck.js';
import { sizeOf } from './retention.js';
import { type StoredTable, TABLES } from './schema.js';
import { listSegments } from './segments.js';

export interface TableInfo {
  readonly table: StoredTable;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly bytesPerRow: number | null;
  readonly oldestHour: string | null;
  readonly newestHour: string | null;
}

export interface StoreInfo {
  readonly directory: string;
  readonly tables: readonly TableInfo[];
  readonly bytes: number;
  /** Files that cannot be read; they are left out of every answer. */
  readonly corruptFiles: readonly string[];
}

export async function storeInfo(duck: Duck): Promise<StoreInfo> {
  const tables: TableInfo[] = [];
  for (const table of TABLES) {
    const [{ n } = { n: 0 }] = await duck.rows<{ n: bigint | number }>(
      (from) => `SELECT count(*) AS n FROM ${from(table)}`,
    );
    const files = duck.files(table);
    const bytes = files.reduce((sum, path) => sum + sizeOf(path), 0);
    const hours = listSegments(duck.directory, table)
      .map(({ hour }) => hour)
      .sort();
    const rows = Number(n);
    tables.push({
      table,
      files: files.length,
      rows,
      bytes,
      bytesPerRow: rows === 0 ? null : bytes / rows,
      oldestHour: hours[0] ?? null,
      newestHour: hours.at(-1) ?? null,
    });
  }
  return {
    directory: duck.directory,
    tables,
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    corruptFiles: duck.corruptFiles,
  };
}
