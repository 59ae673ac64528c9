/* dbvitals:counters-innodb */
SELECT NAME AS name, COUNT AS value, TYPE AS type FROM information_schema.INNODB_METRICS WHERE NAME IN ('trx_rseg_history_len', 'lock_deadlocks', 'lock_timeouts', 'log_lsn_checkpoint_age', 'buffer_pool_bytes_dirty', 'buffer_flush_background_total_pages', 'buffer_flush_sync_total_pages')
