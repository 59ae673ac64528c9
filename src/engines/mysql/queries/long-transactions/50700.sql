/* dbvitals:long-transactions */
-- Transactions of InnoDB that have been open for ten seconds or more, the 20 oldest, with what they lock and would undo.
SELECT x.trx_mysql_thread_id AS id, UNIX_TIMESTAMP(CONVERT_TZ(x.trx_started, 'SYSTEM', '+00:00')) * 1000 AS transaction_started_ms,
  x.trx_rows_locked AS rows_locked, x.trx_rows_modified AS rows_modified, x.trx_lock_structs AS lock_structs,
  x.trx_lock_memory_bytes AS lock_bytes, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms
FROM information_schema.INNODB_TRX AS x
WHERE x.trx_mysql_thread_id > 0 AND x.trx_mysql_thread_id <> CONNECTION_ID()
  AND x.trx_started < CONVERT_TZ(NOW(), @@session.time_zone, 'SYSTEM') - INTERVAL 10 SECOND
ORDER BY x.trx_started
LIMIT 20
