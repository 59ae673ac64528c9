/* dbvitals:counters-innodb-mariadb */
SELECT m.NAME AS name, m.COUNT AS value, m.TYPE AS type FROM information_schema.INNODB_METRICS AS m
WHERE m.ENABLED = 1 AND m.NAME IN ('trx_rseg_history_len', 'lock_deadlocks', 'lock_timeouts', 'log_lsn_checkpoint_age', 'log_lsn_current', 'buffer_pool_bytes_dirty', 'buffer_flush_background_total_pages', 'buffer_flush_sync_total_pages', 'buffer_flush_adaptive_total_pages', 'ibuf_merges')
