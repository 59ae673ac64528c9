import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES } from './schema.js';
import { hourOf, listSegments, type Segment } from './segments.js';

/** Removes whole hours beyond the age, and the oldest beyond the bytes; returns the hours that went, oldest first. */
export function evict(directory: string, nowMs: number, retentionMs: number, maxBytes: number): string[] {
  const hours = new Map<string, Segment[]>();
  for (const segment of TABLES.flatMap((table) => listSegments(directory, table))) {
    hours.set(segment.hour, [...(hours.get(segment.hour) ?? []), segment]);
  }
  const oldest = [...hours.keys()].sort();
  const cutoff = hourOf(nowMs - retentionMs);
  const present = hourOf(nowMs);
  const sizes = new Map(oldest.map((hour) => [hour, bytesOf(hours.get(hour) ?? [])]));
  let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const evicted: string[] = [];
  for (const hour of oldest) {
    if (hour >= cutoff && (total <= maxBytes || hour >= present)) break;
    for (const table of TABLES) rmSync(join(directory, table, hour), { recursive: true, force: true });
    total -= sizes.get(hour) ?? 0;
    evicted.push(hour);
  }
  return evicted;
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { path }) => sum + sizeOf(path), 0);
}

export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
