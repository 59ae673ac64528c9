import type { Capability } from '../../core/capability.js';
import type { FactsRow } from './read-only.js';

const GRANT_MONITOR = 'GRANT pg_monitor TO <this login>;';

/** What can be known of this server with this login, and what would change it. Pure. */
export function capabilitiesOf(row: FactsRow, settings: Readonly<Record<string, string>>): Capability[] {
  const major = Math.floor(row.version_number / 10_000);
  const ioTiming = settings.track_io_timing === 'on';
  return [
    given(
      'sessions.details',
      row.reads_all_stats,
      "other users' sessions show neither state nor statement",
      GRANT_MONITOR,
    ),
    given(
      'sessions.digest',
      major >= 14 && (settings.compute_query_id === 'on' || preloads(settings, 'pg_stat_statements')),
      major < 14
        ? 'query ids came with PostgreSQL 14; statements are told apart by their texts'
        : 'compute_query_id is off',
      major < 14 ? null : "ALTER SYSTEM SET compute_query_id = 'on'; SELECT pg_reload_conf();",
    ),
    statementCounters(row, settings),
    given(
      'io.timing',
      ioTiming,
      'track_io_timing is off: I/O times are unknown',
      'ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();',
    ),
    given(
      'settings.dataDirectory',
      row.data_directory !== null,
      'the data directory may not be read',
      'GRANT pg_read_all_settings TO <this login>;',
    ),
    given('temp.live', row.is_monitor, 'open temporary files may not be listed', GRANT_MONITOR),
    given('locks.waitStart', major >= 14, 'the start of a lock wait came with PostgreSQL 14', null),
    given(
      'io.asynchronous',
      settings.io_method !== 'io_uring',
      'io_method is io_uring: the kernel reads for a session without its process showing it',
      null,
    ),
  ];
}

function statementCounters(row: FactsRow, settings: Readonly<Record<string, string>>): Capability {
  const name = 'statements.counters';
  if (!preloads(settings, 'pg_stat_statements')) {
    return given(
      name,
      false,
      'pg_stat_statements is not loaded: calls, rows and WAL per statement are unknown',
      "shared_preload_libraries = 'pg_stat_statements' (needs a restart)",
    );
  }
  if (row.statements_version === null) {
    return given(
      name,
      false,
      `pg_stat_statements is loaded but not created in database ${row.database}`,
      'CREATE EXTENSION pg_stat_statements;',
    );
  }
  return given(name, row.reads_all_stats, "other users' statements are hidden", GRANT_MONITOR);
}

/** Unreadable (no privilege) counts as loaded: the extension itself will say. */
function preloads(settings: Readonly<Record<string, string>>, library: string): boolean {
  const value = settings.shared_preload_libraries;
  return value === undefined || value.split(',').some((name) => name.trim() === library);
}

function given(capability: string, available: boolean, reason: string, remedy: string | null): Capability {
  return { capability, available, reason: available ? null : reason, remedy: available ? null : remedy };
}
