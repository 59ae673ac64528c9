import type { InstanceFacts } from '../../../core/facts.js';
import type { Cycle } from './cycles.js';

/** How the server ends a cycle. */
export type Policy =
  /** Each waiter looks for a deadlock once, `timeoutMs` after its wait began (PostgreSQL: deadlock_timeout), and ends itself. */
  | { readonly how: 'detector'; readonly timeoutMs: number }
  /** Cycles of one lock manager are broken at once; others last until a wait times out (InnoDB, MySQL's metadata locks). */
  | {
      readonly how: 'timeout';
      readonly detects: boolean;
      readonly rowMs: number | null;
      readonly metadataMs: number | null;
    };

export function policyOf({ engine, settings }: InstanceFacts): Policy {
  if (engine === 'postgresql')
    return { how: 'detector', timeoutMs: milliseconds(settings.deadlock_timeout) ?? 1000 };
  return {
    how: 'timeout',
    detects: !/^(off|0)$/i.test(settings.innodb_deadlock_detect ?? 'ON'),
    rowMs: seconds(settings.innodb_lock_wait_timeout),
    metadataMs: seconds(settings.lock_wait_timeout),
  };
}

export interface Victim {
  readonly sessionId: string;
  /** Server's clock. */
  readonly atMs: number;
}

/** The server's timer may be this late on a busy machine, and the cycle still stands. */
const LATE_MS = 250;

/**
 * Who will be ended and when, or null where it cannot be told. A waiter's one look before the cycle closed (the start of
 * its youngest wait) found nothing; so the victim is the one whose look is the first after that. `waitStart`: when a
 * wait began by the server's clock.
 */
export function victimOf(
  cycle: Cycle,
  waitStart: (edge: Cycle[number]) => number,
  policy: Policy,
  serverNowMs: number,
): Victim | null {
  if (policy.how === 'detector') {
    const closedMs = Math.max(...cycle.map(waitStart));
    return earliest(cycle, (edge) => {
      const atMs = waitStart(edge) + policy.timeoutMs;
      return atMs >= closedMs && atMs >= serverNowMs - LATE_MS ? atMs : null;
    });
  }
  return earliest(cycle, (edge) => {
    const limitMs = edge.resource.kind === 'metadata' ? policy.metadataMs : policy.rowMs;
    return limitMs === null ? null : waitStart(edge) + limitMs;
  });
}

/** A look this long before a waiter looks itself still sees the circle that it would find. */
const BEFORE_MS = 25;

/**
 * When, after `serverNowMs`, the next waiter looks for a deadlock, a little before it: a circle that stands then is
 * broken a moment later. Null where the server does not wait with looking.
 */
export function nextLookMs(
  waitStarts: readonly number[],
  policy: Policy,
  serverNowMs: number,
): number | null {
  if (policy.how !== 'detector') return null;
  const due = waitStarts
    .map((startMs) => startMs + policy.timeoutMs - BEFORE_MS)
    .filter((dueMs) => dueMs > serverNowMs);
  return due.length === 0 ? null : Math.min(...due);
}

/** The server breaks such a cycle itself at once: what a reading shows of it is over, or two moments put together. */
export function brokenAtOnce(cycle: Cycle, policy: Policy): boolean {
  return (
    policy.how === 'timeout' && policy.detects && cycle.every(({ resource }) => resource.kind !== 'metadata')
  );
}

function earliest(cycle: Cycle, fireMs: (edge: Cycle[number]) => number | null): Victim | null {
  let first: Victim | null = null;
  for (const edge of cycle) {
    const atMs = fireMs(edge);
    if (atMs !== null && (first === null || atMs < first.atMs)) first = { sessionId: edge.waiterId, atMs };
  }
  return first;
}

/** pg_settings.setting of deadlock_timeout is in milliseconds. */
function milliseconds(value: string | undefined): number | null {
  const ms = Number(value);
  return value === undefined || !Number.isFinite(ms) || ms <= 0 ? null : ms;
}

function seconds(value: string | undefined): number | null {
  const ms = milliseconds(value);
  return ms === null ? null : ms * 1000;
}
