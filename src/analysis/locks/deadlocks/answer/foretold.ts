import type { DeadlockRecord } from '../../../../core/lock-samples.js';
import { patternKey } from '../patterns.js';

/** A prediction about sessions is about a deadlock of two of them this close to its outcome. */
const SAME_MS = 5_000;

/** When each deadlock was first foretold; null where it was not. */
export function foretoldAt(
  happened: readonly DeadlockRecord[],
  predictions: readonly DeadlockRecord[],
): Map<string, number | null> {
  const patterns = new Map<string, number>();
  const sessions: DeadlockRecord[] = [];
  for (const prediction of predictions) {
    if (prediction.kind !== 'latent') {
      if (prediction.outcome === 'happened') sessions.push(prediction);
      continue;
    }
    const key = patternKey(prediction.resources);
    patterns.set(key, Math.min(prediction.atMs, patterns.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return new Map(
    happened.map((record) => {
      const pattern = record.resources.length === 0 ? undefined : patterns.get(patternKey(record.resources));
      const times = [
        ...(pattern === undefined ? [] : [pattern]),
        ...sessions.filter((prediction) => means(prediction, record)).map(({ atMs }) => atMs),
      ].filter((atMs) => atMs < record.atMs);
      return [record.deadlockId, times.length === 0 ? null : Math.min(...times)];
    }),
  );
}

function means({ outcomeAtMs, parties }: DeadlockRecord, record: DeadlockRecord): boolean {
  if (outcomeAtMs === null || Math.abs(outcomeAtMs - record.atMs) > SAME_MS) return false;
  const ids = new Set(record.parties.flatMap(({ sessionId }) => sessionId ?? []));
  return parties.filter(({ sessionId }) => sessionId !== null && ids.has(sessionId)).length >= 2;
}
