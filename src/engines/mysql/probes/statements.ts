import type { InstanceFacts } from '../../../core/facts.js';
import type { Probe, ProbeTick } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import { OVERFLOW_DIGEST, type StatementCounters } from '../../../core/statement.js';
import { sampledDigest } from '../sampled-texts.js';
import { flavourQuery, hasPerformanceSchema, NO_PERFORMANCE_SCHEMA } from '../select.js';

/**
 * events_statements_summary_by_digest. Its digests are those of the sessions on MySQL; MariaDB shows none of running
 * statements, so there both sides are told apart by our own normalised text.
 */
export const statements: Probe = {
  name: 'statements',
  lane: 'digests',
  select: (facts) =>
    hasPerformanceSchema(facts) ? flavourQuery('statements', facts) : NO_PERFORMANCE_SCHEMA,
  toRecords: (rows, tick) => ({
    statements: { counters: rows.map((row) => countersOf(row, tick)), epoch: epochOf(rows, tick) },
  }),
};

/** Entries are never evicted: when the oldest is a younger one, somebody truncated the table, and counts began anew. */
function epochOf(rows: readonly Row[], { facts }: ProbeTick): string {
  const [oldest = 'empty'] = rows.map(({ first_seen }) => String(first_seen)).sort();
  return `${facts.startedAtMs}/${oldest}`;
}

function countersOf(row: Row, { facts }: ProbeTick): StatementCounters {
  return {
    digest: digestOf(row, facts),
    database: row.db === null ? null : String(row.db),
    user: null,
    topLevel: true,
    calls: Number(row.calls),
    rows: Number(row.result_rows),
    execMs: Number(row.exec_ms),
    commitTimed: true,
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

/** The row without a digest takes what no longer fits into the table (performance_schema_digests_size). */
function digestOf({ digest, digest_text: text }: Row, facts: InstanceFacts): string {
  if (digest === null || digest === undefined) return OVERFLOW_DIGEST;
  return text === undefined || text === null
    ? String(digest)
    : sampledDigest(facts, String(text), String(digest));
}
