/* dbvitals:facts */
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int AS version_number,
       version() AS banner,
       pg_is_in_recovery() AS in_recovery,
       date_part('epoch', pg_postmaster_start_time()) * 1000 AS started_at_ms,
       date_part('epoch', clock_timestamp()) * 1000 AS now_ms,
       pg_backend_pid()::text AS backend_pid,
       current_setting('max_connections')::int AS max_connections,
       current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true)::int, 0)
         AS reserved_connections,
       current_setting('transaction_read_only') AS transaction_read_only,
       (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
       pg_has_role('pg_read_all_stats', 'USAGE') AS reads_all_stats,
       pg_has_role('pg_read_all_settings', 'USAGE') AS reads_all_settings,
       pg_has_role('pg_monitor', 'USAGE') AS is_monitor,
       CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory', true) END AS data_directory,
       (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'pg_stat_statements') AS statements_version,
       (SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_stat_statements') AS statements_schema,
       current_database() AS database
