import type { EngineName } from '../../core/engine-name.js';
import type { Finding } from '../../core/report.js';
import type { SessionItem, SessionsReport } from '../../core/session-report.js';
import { adviceFor } from '../locks/answer/advice.js';

const LONG_IDLE_SECONDS = 30;
const LONG_TRANSACTION_SECONDS = 600;

/** Who holds others up in one instance, and transactions that have been open for long. */
export function sessionFindings({
  engine,
  items: sessions,
}: Pick<SessionsReport, 'engine' | 'items'>): Finding[] {
  const byId = new Map(sessions.map((session) => [session.sessionId, session]));
  const roots = new Map<string, SessionItem[]>();
  for (const session of sessions) {
    for (const root of rootsOf(session, byId)) roots.set(root, [...(roots.get(root) ?? []), session]);
  }
  return [
    ...[...roots].map(([id, victims]) => blocking(engine, id, byId.get(id), victims)),
    ...sessions
      .filter(({ sessionId }) => !roots.has(sessionId))
      .flatMap((session) => longTransaction(engine, session)),
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

function blocking(
  engine: EngineName | null,
  id: string,
  root: SessionItem | undefined,
  victims: readonly SessionItem[],
): Finding {
  const [{ at }] = victims as [SessionItem];
  const idle = root?.state.startsWith('idleInTransaction') ?? false;
  const who =
    root === undefined
      ? id.startsWith('prepared:')
        ? 'a prepared transaction'
        : `session ${id}`
      : `session ${id} (${[root.user ?? '?', ...(root.application === null ? [] : [root.application])].join(', ')})`;
  return {
    code: idle ? 'BLOCKED_BY_IDLE_TRANSACTION' : 'BLOCKED_SESSIONS',
    severity: 'critical',
    confidence: 0.95,
    title: `${victims.length} ${victims.length === 1 ? 'session waits' : 'sessions wait'} for ${who}${idle ? ', which is idle in a transaction' : ''}`,
    evidence: [
      { what: 'sessions held up', value: victims.map(({ sessionId }) => sessionId).join(', '), unit: '', at },
      { what: "age of the holder's transaction", value: round(root?.transactionAgeSeconds), unit: 's', at },
    ],
    advice: adviceFor(engine, {
      id,
      state: root?.state ?? 'unknown',
      backendType: root?.backendType ?? null,
      inCycle: (root?.blockedBy.length ?? 0) > 0,
    }),
  };
}

function longTransaction(engine: EngineName | null, session: SessionItem): Finding[] {
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
      advice: `It keeps its locks, and ${engine === 'mysql' ? 'purge' : 'vacuum'} from removing what it might still see.`,
    },
  ];
}

function round(value: number | null | undefined): number | string {
  return value === null || value === undefined ? 'unknown' : Math.round(value);
}
