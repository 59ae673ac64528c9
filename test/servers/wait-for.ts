import { waitUntil } from '../../src/lab/wait-until.js';

/** The first answer that is not null; fails after `timeoutMs` naming what was waited for. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null> | T | null,
  timeoutMs = 20_000,
  everyMs = 25,
): Promise<T> {
  const answer = await waitUntil(ask, timeoutMs, everyMs);
  if (answer === null) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
  return answer;
}
