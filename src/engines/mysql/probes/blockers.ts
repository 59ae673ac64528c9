import type { Probe, ProbeRecords } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import { flavourQuery, hasPerformanceSchema, isMariadb, NO_PERFORMANCE_SCHEMA, queryFor } from '../select.js';

/**
 * Row locks. The state of a session does not tell that it waits for one, so the waits are asked for every tick: the
 * view holds only waits and is empty at almost all times. data_locks, which walks all locks, is never read here.
 */
export const rowBlockers: Probe = {
  name: 'row-blockers',
  lane: 'tick',
  select: (facts) =>
    isMariadb(facts) || hasPerformanceSchema(facts) ? flavourQuery('blockers', facts) : NO_PERFORMANCE_SCHEMA,
  toRecords,
};

/** Metadata locks, asked for while some session's state says that it waits for one. */
export const metadataBlockers: Probe = {
  name: 'metadata-blockers',
  lane: 'waiting',
  select(facts) {
    if (isMariadb(facts))
      return { unavailable: 'MariaDB does not list pending metadata locks by default', remedy: null };
    return hasPerformanceSchema(facts) ? queryFor('metadata-blockers', facts) : NO_PERFORMANCE_SCHEMA;
  },
  toRecords,
};

function toRecords(rows: readonly Row[]): ProbeRecords {
  const blockers = new Map<string, string[]>();
  for (const { waiter, blocker } of rows) {
    if (waiter === null || blocker === null || waiter === blocker) continue;
    const known = blockers.get(String(waiter)) ?? [];
    if (!known.includes(String(blocker))) blockers.set(String(waiter), [...known, String(blocker)]);
  }
  return { blockers };
}
