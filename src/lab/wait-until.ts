import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again every `everyMs` until the answer is not null; gives null after `timeoutMs`. */
export async function waitUntil<T>(
  ask: () => Promise<T | null> | T | null,
  timeoutMs: number,
  everyMs = 25,
): Promise<T | null> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > end) return null;
    await sleep(everyMs);
  }
}
