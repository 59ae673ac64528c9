import { createHash } from 'node:crypto';

/** Stable id of a statement of an instance: 16 hex digits, equal across restarts and processes. */
export function statementIdOf(instance: string, digest: string): string {
  return stableId('statement', instance, digest);
}

/** Stable id of a session of an instance: the server reuses ids, so the start time is part of it. */
export function sessionIdOf(instance: string, id: string, startedAtMs: number | null): string {
  return stableId('session', instance, id, startedAtMs === null ? '?' : String(Math.round(startedAtMs)));
}

/** The same ids are asked for every second: a thousand sessions would cost 6 ms of hashing each time. */
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

/** 64 bits of SHA-1 over the parts: for 10^6 ids the chance of one collision is below 3 × 10^-8. */
function stableId(...parts: readonly string[]): string {
  const key = parts.join('\0');
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  if (known.size >= MOST_KNOWN) known.clear();
  const id = createHash('sha1').update(key).digest('hex').slice(0, 16);
  known.set(key, id);
  return id;
}
