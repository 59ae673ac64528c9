import type { Probe } from '../../../core/probe.js';
import { isMariadb, queryFor } from '../select.js';

/**
 * How many wait for a row of InnoDB, which no state of a session tells. MySQL: a counter of InnoDB, which takes no latch
 * and does not grow with transactions or waiters; it does not count waits for AUTO_INC. Where there can be any
 * (innodb_autoinc_lock_mode 0 and 1, the default of 5.7 and MariaDB): INNODB_TRX, which MariaDB's session probe of the same
 * tick has just had made. What the questions cost: docs/decisions/0006-locks-of-innodb.md.
 */
export const lockWaiters: Probe = {
  name: 'lock-waiters',
  lane: 'tick',
  select: (facts) =>
    queryFor(
      isMariadb(facts) || facts.settings.innodb_autoinc_lock_mode !== '2'
        ? 'lock-waiters-transactions'
        : 'lock-waiters',
      facts,
    ),
  toRecords: (rows) => ({ waiters: Number(rows[0]?.waiters ?? 0) }),
};

/** The counter, more often, within ten minutes after a wait. */
export const lockWatch: Probe = {
  ...lockWaiters,
  name: 'lock-watch',
  lane: 'watch',
  select: (facts) => queryFor('lock-waiters', facts),
};
