import { modeStrength, stateText } from '../../../core/lock-words.js';
import type { DdlGuardReport, DdlHolder, RelationUse } from '../../../core/relation-use.js';
import type { Finding } from '../../../core/report.js';

const WARN_SECONDS = 1;
const CRITICAL_SECONDS = 10;
const LIKELY = 0.5;

type Guard = Omit<
  DdlGuardReport,
  'schema' | 'generatedAt' | 'instance' | 'engine' | 'window' | 'limits' | 'overhead'
>;

/**
 * What an ALTER (or any other statement that wants the table for itself) would meet now. It queues behind everybody who
 * holds a lock on the table, and everybody who comes after it queues behind it. How long the oldest transaction will
 * still take nobody knows: its age so far is the best guess, and what is reckoned with here.
 */
export function ddlGuard(uses: readonly RelationUse[]): Guard {
  const last = uses.at(-1);
  const first = uses[0];
  if (last === undefined || first === undefined) throw new Error('nothing was observed');
  const observedSeconds = (last.atMs - first.atMs) / 1000;
  const items = holdersOf(last);
  const standsBehindSeconds = Math.max(
    0,
    ...items.map(({ transactionAgeSeconds }) => transactionAgeSeconds ?? 0),
  );
  const requestsPerSecond =
    last.requests === null || first.requests === null || observedSeconds <= 0
      ? null
      : Math.max(0, last.requests - first.requests) / observedSeconds;
  const seen = new Set(uses.flatMap(({ locks }) => locks.map(({ sessionId }) => sessionId)));
  const holding = new Set(items.map(({ sessionId }) => sessionId));
  // Who holds a lock already is in front of the ALTER; a session that is stopped asks no second time.
  const others = Math.max(0, last.clients - holding.size);
  const wouldStop =
    requestsPerSecond === null ? null : Math.min(others, Math.ceil(requestsPerSecond * standsBehindSeconds));
  const guard = {
    table: last.relation,
    standsBehindSeconds,
    requestsPerSecond,
    sessionsSeen: seen.size,
    clients: last.clients,
    wouldStop,
    observedSeconds,
    items,
  };
  return { ...guard, findings: findingsOf(guard, new Date(last.atMs).toISOString()) };
}

/** One row a session: its strongest mode. Who waits is in the queue as well, before an ALTER of now. */
function holdersOf({ locks }: RelationUse): DdlHolder[] {
  const strongest = new Map<string, (typeof locks)[number]>();
  for (const lock of locks) {
    const known = strongest.get(lock.sessionId);
    if (known === undefined || modeStrength(lock.mode) > modeStrength(known.mode))
      strongest.set(lock.sessionId, lock);
  }
  return [...strongest.values()]
    .map(({ stateAgeMs, transactionAgeMs, ...lock }) => ({
      ...lock,
      stateSeconds: stateAgeMs === null ? null : stateAgeMs / 1000,
      transactionAgeSeconds: transactionAgeMs === null ? null : transactionAgeMs / 1000,
    }))
    .sort((a, b) => (b.transactionAgeSeconds ?? 0) - (a.transactionAgeSeconds ?? 0));
}

function findingsOf(guard: Omit<Guard, 'findings'>, at: string): Finding[] {
  const { items, standsBehindSeconds, wouldStop, requestsPerSecond, table } = guard;
  const [oldest] = items;
  const severe = standsBehindSeconds >= CRITICAL_SECONDS && (wouldStop ?? 1) > 0;
  // Where the server lists no locks, the oldest one may have nothing to do with the table.
  const sure = oldest?.confidence ?? 1;
  const would = sure < LIKELY ? 'could' : 'would';
  const stopped = wouldStop === null ? 'an unknown number of' : `about ${wouldStop}`;
  return [
    {
      code: 'DDL_WOULD_QUEUE',
      severity: severe ? 'critical' : standsBehindSeconds >= WARN_SECONDS ? 'warning' : 'info',
      confidence: (requestsPerSecond === null ? 0.5 : 0.7) * sure,
      title:
        oldest === undefined
          ? `An ALTER of ${table} would start at once: nobody holds a lock on it`
          : `An ALTER of ${table} now ${would} stand behind ${standsBehindSeconds.toFixed(1)} s of transactions and stop ${stopped} sessions`,
      evidence: [
        { what: 'transactions in front of it', value: items.length, unit: '', at },
        ...(oldest === undefined
          ? []
          : [
              {
                what: 'the oldest',
                value: `session ${oldest.sessionId}, ${stateText(oldest.state)}`,
                unit: '',
                at,
              },
            ]),
        ...(requestsPerSecond === null
          ? []
          : [{ what: 'asked for', value: Math.round(requestsPerSecond * 10) / 10, unit: 'times/s', at }]),
      ],
      advice:
        oldest === undefined
          ? 'While it runs everybody who asks for the table waits: SET lock_timeout first all the same.'
          : "Give it a short limit and try again (PostgreSQL: SET lock_timeout = '2s'; MySQL: SET SESSION lock_wait_timeout = 2), and wait for the old transactions to end first.",
    },
  ];
}
