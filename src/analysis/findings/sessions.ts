import type { Finding } from '../../core/report.js';
import type { SessionItem } from '../../core/session-report.js';

const LONG_IDLE_SECONDS = 30;
const LONG_TRANSACTION_SECONDS = 600;

/** Who holds others up, and transactions that have been open for long. */
export function sessionFindings(sessions: readonly SessionItem[]): Finding[] {
  const byId = new Map(sessions.map((session) => [session.sessionId, session]));
  const roots = new Map<string, SessionItem[]>();
  for (const session of sessions) {
    for (const root of rootsOf(session, byId)) roots.set(root, [...(roots.get(root) ?? []), session]);
  }
  return [
    ...[...roots].map(([id, victims]) => blocking(id, byId.get(id), victims)),
    ...sessions.filter(({ sessionId }) => !roots.has(sessionId)).flatMap(longTransaction),
  ];
}

/** Blockers at the ends of the chains: they wait for nobody. In a cycle every member counts. */
function rootsOf(session: SessionItem, byId: ReadonlyMap<string, SessionItem>): string[] {
  const roots = new Set<string>();
  const seen = new Set<string>();
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    const blockers = byId.get(id)?.blockedBy ?? [];
    if (blockers.length === 0) roots.add(id);
    for (const blocker of blockers) visit(blocker);
  };
  for (const blocker of session.blockedBy) visit(blocker);
  return roots.size > 0 ? [...roots] : [...seen];
}

function blocking(id: string, root: SessionItem | undefined, victims: readonly SessionItem[]): Finding {
  const [{ at }] = victims as [SessionItem];
  const idle = root?.state.startsWith('idleInTransaction') ?? false;
  const who =
    root === undefined
      ? id === '0'
        ? 'a prepared transaction'
        : `session ${id}`
      : `session ${id} (${root.user ?? '?'}, ${root.application ?? 'no application name'})`;
  return {
    code: idle ? 'BLOCKED_BY_IDLE_TRANSACTION' : 'BLOCKED_SESSIONS',
    severity: 'critical',
    confidence: 0.95,
    title: `${victims.length} ${victims.length === 1 ? 'session waits' : 'sessions wait'} for ${who}${idle ? ', which is idle in a transaction' : ''}`,
    evidence: [
      { what: 'sessions held up', value: victims.map(({ sessionId }) => sessionId).join(', '), unit: '', at },
      { what: "age of the holder's transaction", value: round(root?.transactionAgeSeconds), unit: 's', at },
    ],
    advice: idle
      ? `Ask its owner to commit, or end it: SELECT pg_terminate_backend(${id}); set idle_in_transaction_session_timeout.`
      : `It still works; if it may be lost: SELECT pg_cancel_backend(${id});`,
  };
}

function longTransaction(session: SessionItem): Finding[] {
  const age = session.transactionAgeSeconds ?? 0;
  const idle = session.state.startsWith('idleInTransaction');
  if (session.kind !== 'client' || age < (idle ? LONG_IDLE_SECONDS : LONG_TRANSACTION_SECONDS)) return [];
  return [
    {
      code: idle ? 'IDLE_IN_TRANSACTION' : 'LONG_TRANSACTION',
      severity: 'warning',
      confidence: 0.9,
      title: `Session ${session.sessionId} (${session.user ?? '?'}) has a transaction open for ${Math.round(age)} s${idle ? ' and does nothing' : ''}`,
      evidence: [{ what: 'transaction age', value: Math.round(age), unit: 's', at: session.at }],
      advice: 'It keeps its locks, and vacuum from removing what it might still see.',
    },
  ];
}

function round(value: number | null | undefined): number | string {
  return value === null || value === undefined ? 'unknown' : Math.round(value);
}
