import { DbvitalsError } from './errors.js';

/** Of a connect that nobody answers. */
export const UNANSWERED =
  'check host, port and firewall, and whether the server hangs: nothing there says yes or no';

/**
 * Runs `work` with a signal that aborts when the caller's does or when `deadlineMs` is over. On expiry the returned
 * promise rejects with DEADLINE_EXCEEDED at once, even if `work` ignores its signal; `work`'s own late end is dropped.
 */
export async function withDeadline<T>(
  operation: string,
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  remedy?: string,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const expire = () =>
    own.abort(
      new DbvitalsError(
        'DEADLINE_EXCEEDED',
        `${operation} did not end within ${deadlineMs} ms`,
        remedy === undefined ? {} : { remedy },
      ),
    );
  // Not AbortSignal.any: the caller's signal lives long, and what depends on it keeps each answer alive until a full
  // collection (a third of the collector's CPU at a thousand sessions).
  const pass = () => own.abort(signal.reason);
  signal.addEventListener('abort', pass, { once: true });
  const timer = setTimeout(expire, deadlineMs);
  const stopped = new Promise<never>((_, reject) => {
    own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true });
  });
  const running = work(own.signal);
  running.catch(() => {});
  try {
    return await Promise.race([running, stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', pass);
  }
}
