import { DbvitalsError } from './errors.js';

/**
 * Runs `work` with a signal that aborts when the caller's does or when `deadlineMs` is over. On expiry the returned
 * promise rejects with DEADLINE_EXCEEDED at once, even if `work` ignores its signal; `work`'s own late end is dropped.
 */
export async function withDeadline<T>(
  operation: string,
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const combined = AbortSignal.any([signal, own.signal]);
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, reject) => {
    combined.addEventListener('abort', () => reject(combined.reason), { once: true });
    timer = setTimeout(() => {
      own.abort(new DbvitalsError('DEADLINE_EXCEEDED', `${operation} did not end within ${deadlineMs} ms`));
    }, deadlineMs);
  });
  const running = work(combined);
  running.catch(() => {});
  try {
    return await Promise.race([running, stopped]);
  } finally {
    clearTimeout(timer);
  }
}
