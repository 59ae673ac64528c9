/* dbvitals:locks-mysql */
/* LIMIT in a common table: it is made once, and not once for each mention. */
WITH
trx AS (
  SELECT trx_id, trx_mysql_thread_id AS id, trx_requested_lock_id AS lock_id,
    UNIX_TIMESTAMP(CONVERT_TZ(trx_wait_started, 'SYSTEM', '+00:00')) * 1000 AS wait_started_ms,
    UNIX_TIMESTAMP(CONVERT_TZ(trx_started, 'SYSTEM', '+00:00')) * 1000 AS started_ms,
    trx_rows_locked AS rows_locked, trx_rows_modified AS rows_modified, trx_lock_structs AS lock_structs
  FROM information_schema.INNODB_TRX
  LIMIT 20000
),
/* No data_locks: below 8.0.40 (and in 9.0) it stops InnoDB while it is read (MySQL bugs 111082, 112035). What is waited for is its place. */
waiting AS (
  SELECT id, trx_id, lock_id,
    IF(lock_id LIKE '%:%:%:%', SUBSTRING_INDEX(SUBSTRING_INDEX(lock_id, ':', -4), ':', 3), SUBSTRING_INDEX(SUBSTRING_INDEX(lock_id, ':', -2), ':', 1)) AS record,
    IF(lock_id LIKE '%:%:%:%', 'RECORD', 'TABLE') AS type
  FROM trx
  WHERE lock_id IS NOT NULL
  LIMIT 5000
),
/* The thread of a lock that a waiter made explicit is the waiter's: the transaction tells whose the lock is. */
held AS (
  SELECT w.REQUESTING_ENGINE_LOCK_ID AS lock_id, w.BLOCKING_ENGINE_LOCK_ID AS blocking_lock_id, w.BLOCKING_ENGINE_TRANSACTION_ID AS trx_id,
    COALESCE(trx.id, IF(w.BLOCKING_THREAD_ID = w.REQUESTING_THREAD_ID, NULL, t.PROCESSLIST_ID)) AS id
  FROM performance_schema.data_lock_waits AS w
  LEFT JOIN trx ON trx.trx_id = w.BLOCKING_ENGINE_TRANSACTION_ID
  LEFT JOIN performance_schema.threads AS t ON t.THREAD_ID = w.BLOCKING_THREAD_ID
  LIMIT 5000
),
contested AS (
  SELECT DISTINCT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME FROM performance_schema.metadata_locks WHERE LOCK_STATUS = 'PENDING'
),
metadata AS (
  SELECT COALESCE(t.PROCESSLIST_ID, -t.THREAD_ID) AS id, m.OBJECT_TYPE AS type, m.OBJECT_SCHEMA AS db, m.OBJECT_NAME AS name,
    m.LOCK_TYPE AS mode, m.LOCK_STATUS AS status
  FROM contested
  STRAIGHT_JOIN performance_schema.metadata_locks AS m
    ON m.OBJECT_TYPE = contested.OBJECT_TYPE AND m.OBJECT_SCHEMA <=> contested.OBJECT_SCHEMA AND m.OBJECT_NAME <=> contested.OBJECT_NAME
  JOIN performance_schema.threads AS t ON t.THREAD_ID = m.OWNER_THREAD_ID
  LIMIT 5000
),
/* Waits for a table that is in use: neither kind of lock shows them. */
closing AS (
  SELECT PROCESSLIST_ID AS id, THREAD_ID AS thread FROM performance_schema.threads
  WHERE PROCESSLIST_STATE IN ('Waiting for table flush', 'Waiting for table level lock')
  LIMIT 1000
),
used AS (
  SELECT t.PROCESSLIST_ID AS id, h.OBJECT_SCHEMA AS db, h.OBJECT_NAME AS name, COALESCE(h.INTERNAL_LOCK, h.EXTERNAL_LOCK) AS mode
  FROM (SELECT 1 FROM closing LIMIT 1) AS somebody_waits
  STRAIGHT_JOIN performance_schema.table_handles AS h
  JOIN performance_schema.threads AS t ON t.THREAD_ID = h.OWNER_THREAD_ID
  WHERE h.OBJECT_SCHEMA NOT IN ('performance_schema', 'information_schema')
  LIMIT 2000
),
involved AS (
  SELECT id FROM waiting UNION SELECT id FROM held UNION SELECT id FROM metadata UNION SELECT id FROM closing UNION SELECT id FROM used
)
SELECT 'transaction' AS part, trx.id, trx.trx_id, trx.lock_id, NULL AS blocking_lock_id, NULL AS type, NULL AS mode, NULL AS status,
  NULL AS record, NULL AS db, NULL AS name, NULL AS index_name, NULL AS row_id, trx.wait_started_ms AS started_ms,
  trx.started_ms AS transaction_started_ms, trx.rows_locked, trx.rows_modified, trx.lock_structs,
  NULL AS account, NULL AS state, NULL AS digest, NULL AS info, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms
FROM trx
WHERE trx.lock_id IS NOT NULL OR trx.id IN (SELECT id FROM involved) OR trx.trx_id IN (SELECT trx_id FROM held)
UNION ALL
SELECT 'lock', id, trx_id, lock_id, NULL, type, NULL, NULL, record, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM waiting
UNION ALL
SELECT 'held', id, trx_id, lock_id, blocking_lock_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM held
UNION ALL
SELECT 'metadata', id, NULL, NULL, NULL, type, mode, status, NULL, db, name, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM metadata
UNION ALL
SELECT 'used', id, NULL, NULL, NULL, 'TABLE', mode, NULL, NULL, db, name, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM used
UNION ALL
SELECT 'session', involved.id, NULL, NULL, NULL, t.NAME, NULL, t.PROCESSLIST_COMMAND, NULL, t.PROCESSLIST_DB, NULL, NULL, NULL,
  UNIX_TIMESTAMP(NOW(6)) * 1000 - IF(s.END_EVENT_ID IS NULL, s.TIMER_WAIT / 1000000000, t.PROCESSLIST_TIME * 1000),
  UNIX_TIMESTAMP(NOW(6)) * 1000 - IF(x.STATE = 'ACTIVE', x.TIMER_WAIT / 1000000000, NULL), NULL, NULL, NULL,
  t.PROCESSLIST_USER, t.PROCESSLIST_STATE, s.DIGEST, NULL, NULL
FROM involved
JOIN performance_schema.threads AS t ON t.PROCESSLIST_ID = involved.id
LEFT JOIN performance_schema.events_statements_current AS s
  ON s.THREAD_ID = t.THREAD_ID AND (s.NESTING_EVENT_TYPE IS NULL OR s.NESTING_EVENT_TYPE = 'TRANSACTION')
LEFT JOIN performance_schema.events_transactions_current AS x ON x.THREAD_ID = t.THREAD_ID
