import type { InstanceFacts } from '../../../core/facts.js';
import type { Probe, SelectedQuery, Unavailable } from '../../../core/probe.js';
import { lockReading } from '../locks/reading.js';
import { metadataSource } from '../locks/sources.js';
import {
  hasPerformanceSchema,
  isMariadb,
  NO_PERFORMANCE_SCHEMA,
  type QueryName,
  queryFor,
} from '../select.js';

/**
 * One statement for row, metadata and table locks and for the sessions on both sides. Rows of InnoDB come from
 * data_lock_waits and INNODB_TRX (MySQL 8), or INNODB_LOCK_WAITS and INNODB_LOCKS; data_locks is looked up by id, and
 * only where that is cheap.
 */
export const locks: Probe = {
  name: 'locks',
  lane: 'locks',
  select: selectLocks,
  toRecords: (rows, tick) => ({
    locks: lockReading(rows, tick, metadataSource(tick.facts) === 'plugin' ? 'text' : 'listed'),
  }),
};

function selectLocks(facts: InstanceFacts): SelectedQuery | Unavailable {
  if (isMariadb(facts)) return queryFor(MARIADB[metadataSource(facts)], facts);
  if (!hasPerformanceSchema(facts)) return NO_PERFORMANCE_SCHEMA;
  // 9.0 came before the change of 8.0.40 and 9.1 that made looking up a lock cheap.
  const { versionNumber, version } = facts;
  const known = versionNumber >= 90_000 && versionNumber < 90_100 ? 80_039 : versionNumber;
  return queryFor('locks-mysql', { versionNumber: known, version });
}

const MARIADB = {
  schema: 'locks-mariadb-schema',
  plugin: 'locks-mariadb-plugin',
  none: 'locks-mariadb',
} as const satisfies Readonly<Record<string, QueryName>>;
