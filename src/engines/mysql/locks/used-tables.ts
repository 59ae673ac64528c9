import type { LockEdge, LockRow } from '../../../core/locks.js';
import type { Found, SessionIndex } from './found.js';
import { metadataResource } from './resources.js';
import { type LockColumns, numberOf } from './rows.js';

/** Which table is waited for is told by what the waiter has open itself, or by nothing (FLUSH TABLES). */
const GUESSED = 0.6;
const WAITS = /^Waiting for table (flush|level lock)$/;

/**
 * Waits that stand in no view of locks: FLUSH TABLES until the users of a table are done with it, those behind it, and
 * the table locks of engines without row locks (MyISAM, MEMORY). Who has the table open is in table_handles.
 */
export function usedTables(rows: readonly LockColumns[], sessions: SessionIndex): Found {
  const edges: LockEdge[] = [];
  const locks: LockRow[] = [];
  const waiters = [...sessions].filter(([, { state }]) => WAITS.test(state ?? ''));
  const waiting = new Set(waiters.map(([id]) => id));
  for (const [id, session] of waiters) {
    const own = new Set(rows.filter((row) => String(row.id) === id).map(tableOf));
    const users = rows.filter(
      (row) => row.id !== null && !waiting.has(String(row.id)) && (own.size === 0 || own.has(tableOf(row))),
    );
    const waitStartedAtMs = numberOf(session.started_ms);
    const mode = session.state === 'Waiting for table flush' ? 'flush' : 'table level lock';
    for (const user of new Map(users.map((row) => [`${row.id} ${tableOf(row)}`, row])).values()) {
      const resource = metadataResource('TABLE', user.db, user.name);
      edges.push({
        waiterId: id,
        blockerId: String(user.id),
        kind: 'hard',
        mode,
        resource,
        waitStartedAtMs,
        confidence: GUESSED,
      });
      locks.push(
        { sessionId: id, resource, mode, granted: false, waitStartedAtMs, fastPath: null },
        {
          sessionId: String(user.id),
          resource,
          mode: user.mode ?? 'open',
          granted: true,
          waitStartedAtMs: null,
          fastPath: null,
        },
      );
    }
  }
  return { edges, locks };
}

function tableOf({ db, name }: LockColumns): string {
  return `${db}.${name}`;
}
