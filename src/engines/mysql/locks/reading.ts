import type { InstanceFacts } from '../../../core/facts.js';
import type { LockReading, LockRow, LockSession } from '../../../core/locks.js';
import type { ProbeTick } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import type { SessionState } from '../../../core/session.js';
import { sampledDigest } from '../sampled-texts.js';
import type { SessionIndex } from './found.js';
import { inferredLocks } from './inferred.js';
import { metadataEdges, metadataLocks } from './metadata-locks.js';
import { rowLocks } from './row-locks.js';
import { type LockColumns, numberOf, ownerOf, partsOf } from './rows.js';
import { usedTables } from './used-tables.js';

/** `text`: pending metadata locks are told by statements, as MariaDB's plugin lists granted ones only. */
export function lockReading(rows: readonly Row[], tick: ProbeTick, pending: 'listed' | 'text'): LockReading {
  const parts = partsOf(rows);
  const sessions = new Map(parts.session.map((session) => [String(session.id), session]));
  const metadata =
    pending === 'listed' ? metadataLocks(parts.metadata) : inferredLocks(parts.metadata, sessions);
  const found = [
    rowLocks(parts, sessions),
    metadataEdges(metadata, sessions),
    usedTables(parts.used, sessions),
  ];
  const edges = found.flatMap((each) => each.edges);
  const locks = [...found.flatMap((each) => each.locks), ...unknownWaits(sessions, edges)];
  const nowMs = parts.transaction.map(({ now_ms }) => numberOf(now_ms)).find((ms) => ms !== null);
  const involved = new Set([
    ...locks.map(({ sessionId }) => sessionId),
    ...edges.flatMap(({ waiterId, blockerId }) => [waiterId, blockerId]),
  ]);
  const transactions = new Map(parts.transaction.map((row) => [ownerOf(row), row]));
  return {
    atMs: tick.atMs,
    serverNowMs: nowMs ?? tick.atMs + tick.facts.clockOffsetMs,
    sessions: [...involved].map((id) => sessionOf(id, sessions.get(id), transactions.get(id), tick.facts)),
    locks,
    edges,
  };
}

/** Whose state says that it waits and for whom no view has an answer: a wait whose blocker is not known. */
function unknownWaits(sessions: SessionIndex, edges: LockReading['edges']): LockRow[] {
  const explained = new Set(edges.map(({ waiterId }) => waiterId));
  return [...sessions].flatMap(([sessionId, { state, started_ms }]): LockRow[] => {
    if (
      explained.has(sessionId) ||
      !/^(Waiting for .* lock|Waiting for table flush|User lock)$/.test(state ?? '')
    )
      return [];
    const kind = state === 'User lock' ? 'advisory' : 'metadata';
    const key = `${kind}:unknown`;
    return [
      {
        sessionId,
        resource: { key, kind, database: null, relation: null, index: null, row: null },
        mode: state ?? '',
        granted: false,
        waitStartedAtMs: numberOf(started_ms),
        fastPath: null,
      },
    ];
  });
}

function sessionOf(
  id: string,
  session: LockColumns | undefined,
  transaction: LockColumns | undefined,
  facts: InstanceFacts,
): LockSession {
  const begunMs = numberOf(session?.transaction_started_ms ?? transaction?.transaction_started_ms ?? null);
  const text = session?.info ?? null;
  return {
    id,
    startedAtMs: null,
    backendType: id.startsWith('prepared:') ? 'prepared transaction' : 'client',
    database: session?.db ?? null,
    user: session?.account ?? null,
    application: null,
    state: stateOf(id, session, begunMs),
    digest: session?.digest ?? (text === null || text === '' ? null : sampledDigest(facts, text)),
    transactionStartedAtMs: begunMs,
    statementStartedAtMs: session?.status === 'Sleep' ? null : numberOf(session?.started_ms ?? null),
    stateChangedAtMs: numberOf(session?.started_ms ?? null),
    rowsModified: numberOf(transaction?.rows_modified ?? null),
    rowsLocked: numberOf(transaction?.rows_locked ?? null),
    locksHeld: numberOf(transaction?.lock_structs ?? null),
    xminAge: null,
  };
}

function stateOf(id: string, session: LockColumns | undefined, begunMs: number | null): SessionState {
  if (id.startsWith('prepared:')) return 'idleInTransaction';
  if (session === undefined) return 'unknown';
  if (Number(id) < 0 || session.status === 'Daemon') return 'background';
  if (session.status !== 'Sleep') return 'active';
  return begunMs === null ? 'idle' : 'idleInTransaction';
}
