import type { Probe, ProbeTick } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import type { StatementCounters } from '../../../core/statement.js';
import { sampledDigest } from '../sampled-texts.js';
import { hasPerformanceSchema, isMariadb, NO_PERFORMANCE_SCHEMA, queryFor } from '../select.js';

/** Digest of the row that takes what no longer fits into the table (performance_schema_digests_size). */
export const OVERFLOW_DIGEST = 'overflow';

/**
 * events_statements_summary_by_digest. Its digests are those of the sessions on MySQL; MariaDB shows none of running
 * statements, so there both sides are told apart by our own normalised text.
 */
export const statements: Probe = {
  name: 'statements',
  lane: 'digests',
  select: (facts) =>
    hasPerformanceSchema(facts)
      ? queryFor(isMariadb(facts) ? 'statements-mariadb' : 'statements', facts)
      : NO_PERFORMANCE_SCHEMA,
  toRecords: (rows, tick) => ({
    statements: { counters: rows.map((row) => countersOf(row, tick)), epoch: String(tick.facts.startedAtMs) },
  }),
};

function countersOf(row: Row, { facts }: ProbeTick): StatementCounters {
  const own = row.digest_text === undefined || row.digest_text === null ? null : String(row.digest_text);
  return {
    digest: own !== null ? sampledDigest(facts, own) : row.digest ? String(row.digest) : OVERFLOW_DIGEST,
    database: row.db === null ? null : String(row.db),
    user: null,
    topLevel: true,
    calls: Number(row.calls),
    rows: Number(row.result_rows),
    execMs: Number(row.exec_ms),
    planMs: null,
    ioMs: null,
    sharedHitBytes: null,
    sharedReadBytes: null,
    sharedWrittenBytes: null,
    tempReadBytes: null,
    tempWrittenBytes: null,
    walBytes: null,
  };
}
