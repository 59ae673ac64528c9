/* dbvitals:counters-checkpoint */
SELECT b.stats_reset::text AS epoch, b.checkpoints_timed::text AS timed, b.checkpoints_req::text AS requested,
       b.checkpoint_write_time AS write_ms, b.checkpoint_sync_time AS sync_ms, b.buffers_checkpoint::text AS checkpoint_buffers,
       b.buffers_clean::text AS clean_buffers, b.maxwritten_clean::text AS clean_stops, b.buffers_backend::text AS backend_buffers,
       b.buffers_alloc::text AS allocated_buffers
FROM pg_stat_bgwriter AS b
