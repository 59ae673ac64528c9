/* dbvitals:counters-io */
SELECT i.backend_type || '/' || i.object || '/' || i.context AS object, i.stats_reset::text AS epoch,
       i.reads::text AS reads, (i.reads * i.op_bytes)::text AS read_bytes, i.writes::text AS writes,
       (i.writes * i.op_bytes)::text AS write_bytes, (i.extends * i.op_bytes)::text AS extend_bytes, i.hits::text AS hits,
       i.evictions::text AS evictions, i.reuses::text AS reuses, i.fsyncs::text AS fsyncs, i.read_time AS read_ms, i.write_time AS write_ms
FROM pg_stat_io AS i
WHERE i.reads > 0 OR i.writes > 0 OR i.extends > 0 OR i.hits > 0
