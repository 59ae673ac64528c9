import type { ProcessTitle } from '../../core/engine.js';
import type { SessionRow } from '../../core/session.js';
import { threadKindOf } from './thread-kinds.js';

/** What connections' threads are called in /proc: MySQL from 8.0.27 on, MariaDB from 11 on. Older servers name none. */
const CONNECTION = /^(connection|one_connection)$/;

/** What the names of threads still tell when the server refuses connections: how many there are, not whose. */
export function sessionsFromThreadNames(threads: readonly ProcessTitle[]): SessionRow[] {
  return threads.map(({ pid, title, startedAtMs }) => {
    const client = CONNECTION.test(title);
    return {
      id: String(pid),
      startedAtMs,
      osPid: null,
      osTid: pid,
      kind: client
        ? 'client'
        : threadKindOf({ type: 'BACKGROUND', name: title, account: null, command: null }),
      backendType: client ? 'client' : title,
      leaderId: null,
      database: null,
      user: null,
      application: null,
      clientAddress: null,
      clientPort: null,
      state: client ? 'unknown' : 'background',
      digest: null,
      waitEventType: null,
      waitEvent: null,
      waitClass: 'other',
      statementStartedAtMs: null,
      transactionStartedAtMs: null,
      stateChangedAtMs: null,
      blockedBy: [],
      tempBytes: null,
    };
  });
}
