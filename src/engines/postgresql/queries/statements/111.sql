/* dbvitals:statements */
-- Numbers only: pg_stat_statements(false) does not read the texts. The file name is the extension's version.
SELECT s.queryid::text AS digest, s.dbid::text AS database_id, s.userid::text AS user_id, s.toplevel AS top_level,
       s.calls::text AS calls, s.rows::text AS rows, s.total_exec_time AS exec_ms, s.total_plan_time AS plan_ms,
       s.shared_blk_read_time + s.shared_blk_write_time AS io_ms,
       s.shared_blks_hit::text AS shared_hit, s.shared_blks_read::text AS shared_read,
       s.shared_blks_written::text AS shared_written, s.temp_blks_read::text AS temp_read,
       s.temp_blks_written::text AS temp_written, s.wal_bytes::text AS wal_bytes, (SELECT i.stats_reset::text FROM pg_stat_statements_info AS i) AS epoch
FROM pg_stat_statements(false) AS s
WHERE s.queryid IS NOT NULL
