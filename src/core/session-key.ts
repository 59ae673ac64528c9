import type { SessionRow } from './session.js';

/** Names a session among those of its instance: servers reuse ids, so the start is part of it. */
export function sessionKeyOf(session: Pick<SessionRow, 'id' | 'startedAtMs'>): string {
  return `${session.id}/${session.startedAtMs}`;
}

/** What the operating system calls the session: its thread where sessions are threads, else its process. */
export function taskOf(session: Pick<SessionRow, 'osPid' | 'osTid'>): number | null {
  return session.osTid ?? session.osPid;
}
