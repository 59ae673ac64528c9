/* dbvitals:counters-database */
SELECT d.datname AS database, d.stats_reset::text AS epoch, d.numbackends, d.xact_commit::text AS commits,
       d.xact_rollback::text AS rollbacks, d.blks_hit::text AS blocks_hit, d.blks_read::text AS blocks_read,
       d.tup_returned::text AS tuples_returned, d.tup_fetched::text AS tuples_fetched,
       (d.tup_inserted + d.tup_updated + d.tup_deleted)::text AS tuples_written, d.temp_files::text AS temp_files,
       d.temp_bytes::text AS temp_bytes, d.deadlocks::text AS deadlocks, d.conflicts::text AS conflicts,
       d.blk_read_time AS block_read_ms, d.blk_write_time AS block_write_ms
FROM pg_stat_database AS d
WHERE d.datname IS NOT NULL
