import type { LockGraph, RootBlocker, XminHolder } from '../../../core/lock-report.js';
import { stateText } from '../../../core/lock-words.js';
import type { Finding } from '../../../core/report.js';

const CRITICAL_SECONDS = 30;
const CRITICAL_SESSIONS = 10;
/** PostgreSQL freezes at 200 million; tables bloat long before. InnoDB's reads slow down with undo they must walk through. */
const OLD_HORIZON = 10_000_000;
const LONG_HISTORY = 1_000_000;

/** What a person should look at: root blockers, cycles, and what keeps old row versions. */
export function contentionFindings(
  items: readonly RootBlocker[],
  graph: LockGraph,
  holders: readonly XminHolder[],
  at: string,
): Finding[] {
  const blocking = items.filter(({ wouldFree, inCycle }) => wouldFree !== null && !inCycle);
  return [
    ...graph.cycles.map((cycle) => cycleFinding(cycle, at)),
    ...blocking.map((item) => blockerFinding(item, at)),
    ...holders.filter(isOld).map(horizonFinding),
  ];
}

function blockerFinding(item: RootBlocker, at: string): Finding {
  const idle = item.state.startsWith('idleInTransaction');
  const { blockedSessions, blockedSessionSeconds, sessionId } = item;
  const severe = blockedSessionSeconds >= CRITICAL_SECONDS || blockedSessions >= CRITICAL_SESSIONS;
  return {
    code: idle ? 'BLOCKED_BY_IDLE_TRANSACTION' : 'BLOCKED_SESSIONS',
    severity: severe ? 'critical' : 'warning',
    confidence: 0.95,
    title: `${blockedSessions} ${blockedSessions === 1 ? 'session waits' : 'sessions wait'} behind session ${sessionId} (${item.user ?? '?'}), ${stateText(item.state)}`,
    evidence: [
      { what: 'sessions held up', value: blockedSessions, unit: '', at },
      { what: 'waited together', value: Math.round(blockedSessionSeconds), unit: 's', at },
      { what: "age of the holder's transaction", value: rounded(item.transactionAgeSeconds), unit: 's', at },
    ],
    advice: item.advice,
  };
}

function cycleFinding(cycle: readonly string[], at: string): Finding {
  return {
    code: 'LOCK_CYCLE',
    severity: 'critical',
    confidence: 0.9,
    title: `Sessions ${cycle.join(', ')} wait for one another`,
    evidence: [{ what: 'sessions in the cycle', value: cycle.length, unit: '', at }],
    advice: 'The server ends one of them when it looks for deadlocks (PostgreSQL: after deadlock_timeout).',
  };
}

function isOld({ kind, age }: XminHolder): boolean {
  return age >= (kind === 'history' ? LONG_HISTORY : OLD_HORIZON);
}

function horizonFinding({ kind, name, age, at, advice }: XminHolder): Finding {
  return {
    code: kind === 'history' ? 'HISTORY_LIST_LONG' : 'XMIN_HORIZON_OLD',
    severity: 'warning',
    confidence: 0.9,
    title:
      kind === 'history'
        ? `${age} undo records wait to be purged`
        : `${kind === 'standby' ? 'A standby' : `The ${kind === 'session' ? 'session' : kind === 'prepared' ? 'prepared transaction' : 'slot'}`} ${name} keeps row versions of ${age} transactions`,
    evidence: [
      {
        what: kind === 'history' ? 'history list length' : 'age',
        value: age,
        unit: kind === 'history' ? 'records' : 'transactions',
        at,
      },
    ],
    advice,
  };
}

function rounded(value: number | null): number | string {
  return value === null ? 'unknown' : Math.round(value);
}
