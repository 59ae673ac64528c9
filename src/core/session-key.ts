import type { SessionRow } from './session.js';

/** Names a session among those of its instance: servers reuse ids, so the start is part of it. */
export function sessionKeyOf(session: Pick<SessionRow, 'id' | 'startedAtMs'>): string {
  return `${session.id}/${session.startedAtMs}`;
}

/** Keys of one instance's sessions, kept: printing a start time costs a microsecond, and each is asked for every second. */
export class SessionKeys {
  readonly #known = new Map<string, { readonly startedAtMs: number | null; readonly key: string }>();
  #last: Pick<SessionRow, 'id' | 'startedAtMs'> | null = null;
  #lastKey = '';

  /** Asked again and again for one session before the next. */
  of(session: Pick<SessionRow, 'id' | 'startedAtMs'>): string {
    if (session === this.#last) return this.#lastKey;
    this.#last = session;
    this.#lastKey = this.#keyOf(session);
    return this.#lastKey;
  }

  #keyOf(session: Pick<SessionRow, 'id' | 'startedAtMs'>): string {
    const known = this.#known.get(session.id);
    if (known?.startedAtMs === session.startedAtMs) return known.key;
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    const key = sessionKeyOf(session);
    this.#known.set(session.id, { startedAtMs: session.startedAtMs, key });
    return key;
  }
}

const MOST_KNOWN = 20_000;

/** What the operating system calls the session: its thread where sessions are threads, else its process. */
export function taskOf(session: Pick<SessionRow, 'osPid' | 'osTid'>): number | null {
  return session.osTid ?? session.osPid;
}
