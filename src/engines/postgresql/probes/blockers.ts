import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/** pg_blocking_pids is quadratic on one hot row (129 ms for 1,000 waiters): a bounded number of them, longest first. */
const MOST_WAITERS = 20;

/** Who holds what the waiting sessions want. Pid 0 is a prepared transaction. */
export const blockers: Probe = {
  name: 'blockers',
  lane: 'waiting',
  select: (facts) => queryFor('blockers', facts),
  parameters: (tick) => [`{${tick.waiterIds.slice(0, MOST_WAITERS).join(',')}}`],
  toRecords: (rows) => ({
    blockers: new Map(
      rows.map(({ pid, blocked_by }) => [
        String(pid),
        [
          ...new Set(
            String(blocked_by ?? '')
              .split(',')
              .filter(Boolean),
          ),
        ],
      ]),
    ),
  }),
};
