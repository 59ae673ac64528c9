import { createHash } from 'node:crypto';

/** Stable id of a statement of an instance: 16 hex digits, equal across restarts and processes. */
export function statementIdOf(instance: string, digest: string): string {
  const ids = idsOf(statements, instance);
  const known = ids.get(digest);
  if (known !== undefined) return known;
  const id = stableId('statement', instance, digest);
  ids.set(digest, id);
  return id;
}

/** Stable id of a session of an instance: the server reuses ids, so the start time is part of it. */
export function sessionIdOf(instance: string, id: string, startedAtMs: number | null): string {
  const ids = idsOf(sessions, instance);
  const known = ids.get(id);
  if (known?.startedAtMs === startedAtMs) return known.stable;
  const stable = stableId(
    'session',
    instance,
    id,
    startedAtMs === null ? '?' : String(Math.round(startedAtMs)),
  );
  ids.set(id, { startedAtMs, stable });
  return stable;
}

/** Stable id of a deadlock or of a prediction of one, from what makes it the same one. */
export function deadlockIdOf(instance: string, kind: string, ...parts: readonly string[]): string {
  return stableId('deadlock', instance, kind, ...parts);
}

/**
 * The same ids are asked for every second: a thousand sessions would cost 6 ms of hashing each time, and joining the
 * parts to one key as much as all other work on a session.
 */
const statements = new Map<string, Map<string, string>>();
const sessions = new Map<
  string,
  Map<string, { readonly startedAtMs: number | null; readonly stable: string }>
>();
const MOST_KNOWN = 20_000;

function idsOf<Id>(all: Map<string, Map<string, Id>>, instance: string): Map<string, Id> {
  const known = all.get(instance);
  if (known !== undefined && known.size < MOST_KNOWN) return known;
  const empty = new Map<string, Id>();
  all.set(instance, empty);
  return empty;
}

/** 64 bits of SHA-1 over the parts: for 10^6 ids the chance of one collision is below 3 × 10^-8. */
function stableId(...parts: readonly string[]): string {
  return createHash('sha1').update(parts.join('\0')).digest('hex').slice(0, 16);
}
