/* dbvitals:settings */
SELECT s.name, s.setting
FROM pg_settings AS s
WHERE s.name IN ('block_size', 'compute_query_id', 'deadlock_timeout', 'io_method', 'io_workers', 'lc_messages', 'log_destination',
  'log_directory', 'log_error_verbosity', 'log_min_messages', 'log_temp_files', 'logging_collector', 'max_locks_per_transaction',
  'pg_stat_statements.max', 'pg_stat_statements.track', 'server_encoding', 'shared_buffers', 'shared_preload_libraries',
  'track_activities', 'track_activity_query_size', 'track_io_timing', 'track_wal_io_timing', 'wal_block_size', 'work_mem')
