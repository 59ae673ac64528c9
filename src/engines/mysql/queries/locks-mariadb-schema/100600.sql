/* dbvitals:locks-mariadb-schema */
SELECT 'transaction' AS part, x.trx_mysql_thread_id AS id, x.trx_id, x.trx_requested_lock_id AS lock_id, NULL AS blocking_lock_id,
  NULL AS type, NULL AS mode, NULL AS status, NULL AS record, NULL AS db, NULL AS name, NULL AS index_name, NULL AS row_id,
  UNIX_TIMESTAMP(CONVERT_TZ(x.trx_wait_started, 'SYSTEM', '+00:00')) * 1000 AS started_ms,
  UNIX_TIMESTAMP(CONVERT_TZ(x.trx_started, 'SYSTEM', '+00:00')) * 1000 AS transaction_started_ms,
  x.trx_rows_locked AS rows_locked, x.trx_rows_modified AS rows_modified, x.trx_lock_structs AS lock_structs,
  NULL AS account, NULL AS state, NULL AS digest, NULL AS info, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms
FROM information_schema.INNODB_TRX AS x
UNION ALL
SELECT 'lock', NULL, lock_trx_id, lock_id, NULL, lock_type, lock_mode, NULL,
  IF(lock_type = 'TABLE', lock_table, CONCAT_WS(':', lock_space, lock_page, lock_rec)), NULL, lock_table, lock_index,
  IF(lock_data = 'supremum pseudo-record', 'supremum', LEFT(SHA2(lock_data, 256), 16)), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM information_schema.INNODB_LOCKS
UNION ALL
/* Without pairs of two waiters: their order is that of the times of waiting. Transactions that only read share the number 0. */
SELECT 'held', NULL, w.blocking_trx_id, w.requested_lock_id, w.blocking_lock_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM information_schema.INNODB_LOCK_WAITS AS w
WHERE w.blocking_trx_id = 0 OR w.blocking_lock_id NOT IN (
  SELECT trx_requested_lock_id FROM information_schema.INNODB_TRX WHERE trx_requested_lock_id IS NOT NULL
)
UNION ALL
SELECT 'metadata', t.PROCESSLIST_ID, NULL, NULL, NULL, m.OBJECT_TYPE, m.LOCK_TYPE, m.LOCK_STATUS, NULL, m.OBJECT_SCHEMA, m.OBJECT_NAME, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (
  SELECT DISTINCT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME FROM performance_schema.metadata_locks WHERE LOCK_STATUS = 'PENDING'
) AS contested
JOIN performance_schema.metadata_locks AS m
  ON m.OBJECT_TYPE = contested.OBJECT_TYPE AND m.OBJECT_SCHEMA <=> contested.OBJECT_SCHEMA AND m.OBJECT_NAME <=> contested.OBJECT_NAME
JOIN performance_schema.threads AS t ON t.THREAD_ID = m.OWNER_THREAD_ID
UNION ALL
SELECT 'session', p.ID, NULL, NULL, NULL, 'client', NULL, p.COMMAND, NULL, p.DB, NULL, NULL, NULL,
  UNIX_TIMESTAMP(NOW(6)) * 1000 - p.TIME_MS, NULL, NULL, NULL, NULL, p.USER, p.STATE, NULL, CONVERT(LEFT(p.INFO_BINARY, 4096) USING utf8mb4), NULL
FROM information_schema.PROCESSLIST AS p
WHERE p.STATE LIKE 'Waiting for %' OR p.STATE = 'User lock'
OR p.ID IN (SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX WHERE trx_id IN (SELECT lock_trx_id FROM information_schema.INNODB_LOCKS))
OR p.ID IN (
  SELECT t.PROCESSLIST_ID FROM (
    SELECT DISTINCT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME FROM performance_schema.metadata_locks WHERE LOCK_STATUS = 'PENDING'
  ) AS contested
  JOIN performance_schema.metadata_locks AS m
    ON m.OBJECT_TYPE = contested.OBJECT_TYPE AND m.OBJECT_SCHEMA <=> contested.OBJECT_SCHEMA AND m.OBJECT_NAME <=> contested.OBJECT_NAME
  JOIN performance_schema.threads AS t ON t.THREAD_ID = m.OWNER_THREAD_ID
)
