import type { LockReading } from '../../core/locks.js';

/** A wait that has lasted so long may go on: a few times what a transaction takes that does not wait for its client. */
const LASTING_MS = 50;
/**
 * Most between looks while waits are short: half of PostgreSQL's deadlock_timeout, so that a circle is seen while it
 * stands, and well within the two seconds in which a jam is to be told.
 */
const CALM_EVERY_MS = 500;
const CALMER = 2;
/** Moments without a waiter come between short waits, too; without any for long the lane watches as before. */
const BACK = 0.9;

/**
 * How soon the next look is worth its cost. Busy servers with transactions of milliseconds have a waiter at almost every
 * moment: looking at such waits seven times a second took 4 % of pgbench's throughput (docs/decisions/0011), and what it
 * found was over by the next look. While waits last, nothing is slowed down.
 */
export class Haste {
  #leastMs = 0;
  #waiters: ReadonlySet<string> = new Set();

  /** At least so long from the start of a look to the next one. */
  get leastMs(): number {
    return this.#leastMs;
  }

  /** `everyMs`: between looks while waits last. */
  seen(reading: LockReading, everyMs: number): void {
    const waits = waitsOf(reading);
    const lasting = waits.some(({ id, forMs }) => forMs >= LASTING_MS || this.#waiters.has(id));
    this.#waiters = new Set(waits.map(({ id }) => id));
    if (lasting) this.#leastMs = 0;
    else if (waits.length === 0) this.nobody();
    else this.#leastMs = Math.min(CALM_EVERY_MS, CALMER * Math.max(everyMs, this.#leastMs));
  }

  /** Nobody waited at a moment. */
  nobody(): void {
    this.#leastMs *= BACK;
  }
}

/** A wait is another one when the session runs another statement by then: on a hot row the same sessions wait again and again. */
function waitsOf({ locks, edges, sessions, serverNowMs }: LockReading): { id: string; forMs: number }[] {
  const runs = new Map(
    sessions.map(({ id, transactionStartedAtMs, statementStartedAtMs }) => [
      id,
      `${transactionStartedAtMs} ${statementStartedAtMs}`,
    ]),
  );
  const wait = (id: string, key: string, startedAtMs: number | null) => ({
    id: `${id} ${key} ${runs.get(id)}`,
    forMs: startedAtMs === null ? 0 : serverNowMs - latest(startedAtMs),
  });
  return [
    ...locks
      .filter(({ granted }) => !granted)
      .map(({ sessionId, resource, waitStartedAtMs }) => wait(sessionId, resource.key, waitStartedAtMs)),
    ...edges.map(({ waiterId, resource, waitStartedAtMs }) => wait(waiterId, resource.key, waitStartedAtMs)),
  ];
}

/** InnoDB tells whole seconds: it may have begun at their end. */
function latest(startedAtMs: number): number {
  return startedAtMs % 1000 === 0 ? startedAtMs + 999 : startedAtMs;
}
