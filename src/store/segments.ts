import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredTable } from './schema.js';

/** One file of a table and hour: it holds what was flushed under the numbers `from` to `to`. */
export interface Segment {
  readonly table: StoredTable;
  /** UTC hour of the flush, `2026-01-31T10`. */
  readonly hour: string;
  readonly from: number;
  readonly to: number;
  readonly path: string;
}

const NAME = /^(\d+)-(\d+)\.parquet$/;

/** `<table>/<hour>/<from>-<to>.parquet`. Flush numbers only rise, whatever the clock does. */
export function segmentPath(
  directory: string,
  table: StoredTable,
  hour: string,
  from: number,
  to: number,
): string {
  const pad = (value: number) => String(value).padStart(10, '0');
  return join(directory, table, hour, `${pad(from)}-${pad(to)}.parquet`);
}

export function hourOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13);
}

/** All files of a table, live or hidden; empty when there are none. */
export function listSegments(directory: string, table: StoredTable): Segment[] {
  return names(join(directory, table)).flatMap((hour) =>
    names(join(directory, table, hour)).flatMap((name) => {
      const [, from, to] = NAME.exec(name) ?? [];
      if (from === undefined || to === undefined) return [];
      return [{ table, hour, from: Number(from), to: Number(to), path: join(directory, table, hour, name) }];
    }),
  );
}

/**
 * The files that count: one whose numbers lie within another's of the same hour is hidden by it (a clock that stepped
 * back puts later numbers into an earlier hour, so numbers of different hours say nothing of each other). A merged file therefore replaces its
 * inputs at the instant it is renamed into place, and deleting them later changes nothing.
 */
export function liveSegments(segments: readonly Segment[]): Segment[] {
  const sorted = [...segments].sort((a, b) => a.hour.localeCompare(b.hour) || a.from - b.from || b.to - a.to);
  const live: Segment[] = [];
  for (const segment of sorted) {
    const last = live.at(-1);
    if (last === undefined || last.hour !== segment.hour || segment.to > last.to) live.push(segment);
  }
  return live;
}

/** Those that another hides. */
export function hiddenSegments(segments: readonly Segment[]): Segment[] {
  const live = new Set(liveSegments(segments));
  return segments.filter((segment) => !live.has(segment));
}

function names(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
