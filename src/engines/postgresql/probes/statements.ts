import type { Probe } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import type { StatementCounters } from '../../../core/statement.js';
import { statementsQueryFor } from '../select.js';

/** Digest counters of pg_stat_statements, chosen by the extension's version: it may be older than the server. */
export const statements: Probe = {
  name: 'statements',
  lane: 'digests',
  select(facts) {
    const version = facts.extensions.pg_stat_statements;
    const limit = facts.capabilities.find(({ capability }) => capability === 'statements.counters');
    if (version === undefined) {
      return {
        unavailable: limit?.reason ?? 'pg_stat_statements is not there',
        remedy: limit?.remedy ?? null,
      };
    }
    return statementsQueryFor('statements', version);
  },
  toRecords(rows, tick) {
    const blockSize = Number(tick.facts.settings.block_size ?? 8192);
    const timed = tick.facts.settings.track_io_timing === 'on';
    return {
      statements: {
        counters: rows.map((row) => countersOf(row, blockSize, timed)),
        epoch: String(rows[0]?.epoch ?? ''),
      },
    };
  },
};

function countersOf(row: Row, blockSize: number, timed: boolean): StatementCounters {
  return {
    digest: String(row.digest),
    database: String(row.database_id),
    user: String(row.user_id),
    topLevel: row.top_level === true,
    calls: Number(row.calls),
    rows: Number(row.rows),
    execMs: Number(row.exec_ms),
    commitTimed: false,
    planMs: numberOf(row.plan_ms),
    ioMs: timed ? numberOf(row.io_ms) : null,
    sharedHitBytes: Number(row.shared_hit) * blockSize,
    sharedReadBytes: Number(row.shared_read) * blockSize,
    sharedWrittenBytes: Number(row.shared_written) * blockSize,
    tempReadBytes: Number(row.temp_read) * blockSize,
    tempWrittenBytes: Number(row.temp_written) * blockSize,
    walBytes: numberOf(row.wal_bytes),
  };
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
