import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Trace } from './trace.js';

/** A trace as a file: what the ledger does with it can be looked at again without a server. */
export function keep(file: string, trace: Trace): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(JSON.stringify(trace, pack)));
}

export function kept(file: string): Trace {
  return JSON.parse(gunzipSync(readFileSync(file)).toString(), unpack) as Trace;
}

function pack(_: string, value: unknown): unknown {
  if (value instanceof Map) return { '#map': [...value] };
  if (value instanceof Set) return { '#set': [...value] };
  return value;
}

function unpack(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('#map' in value) return new Map(value['#map'] as [unknown, unknown][]);
  if ('#set' in value) return new Set(value['#set'] as unknown[]);
  return value;
}
