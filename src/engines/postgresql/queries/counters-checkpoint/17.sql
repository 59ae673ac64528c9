/* dbvitals:counters-checkpoint */
SELECT c.stats_reset::text AS epoch, c.num_timed::text AS timed, c.num_requested::text AS requested, c.write_time AS write_ms,
       c.sync_time AS sync_ms, c.buffers_written::text AS checkpoint_buffers, b.buffers_clean::text AS clean_buffers,
       b.maxwritten_clean::text AS clean_stops, NULL::text AS backend_buffers, b.buffers_alloc::text AS allocated_buffers
FROM pg_stat_checkpointer AS c CROSS JOIN pg_stat_bgwriter AS b
