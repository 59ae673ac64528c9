/* dbvitals:locks-mysql */
/*
 * LIMIT in a common table: it is made once, and not once for each mention. But each mention is resolved anew, with all that it
 * mentions itself, which is most of the cost (3 ms of CPU for each of `held`): so all transactions that hold a lock are told.
 */
WITH
trx AS (
  SELECT trx_id, trx_mysql_thread_id AS id, trx_requested_lock_id AS lock_id,
    UNIX_TIMESTAMP(CONVERT_TZ(trx_wait_started, 'SYSTEM', '+00:00')) * 1000 AS wait_started_ms,
    UNIX_TIMESTAMP(CONVERT_TZ(trx_started, 'SYSTEM', '+00:00')) * 1000 AS started_ms,
    trx_rows_locked AS rows_locked, trx_rows_modified AS rows_modified, trx_lock_structs AS lock_structs
  FROM information_schema.INNODB_TRX
  LIMIT 20000
),
waiting AS (
  SELECT trx.id, trx.trx_id, trx.lock_id, l.LOCK_TYPE AS type, l.LOCK_MODE AS mode, l.OBJECT_SCHEMA AS db, l.OBJECT_NAME AS name,
    l.INDEX_NAME AS index_name,
    IF(l.LOCK_DATA = 'supremum pseudo-record', 'supremum', LEFT(SHA2(l.LOCK_DATA, 256), 16)) AS row_id,
    l.LOCK_DATA AS value, trx.rows_locked, trx.wait_started_ms,
    IF(l.LOCK_TYPE = 'TABLE',
      SUBSTRING_INDEX(SUBSTRING_INDEX(trx.lock_id, ':', -2), ':', 1),
      SUBSTRING_INDEX(SUBSTRING_INDEX(trx.lock_id, ':', -4), ':', 3)) AS record
  FROM trx
  LEFT JOIN performance_schema.data_locks AS l ON l.ENGINE_LOCK_ID = trx.lock_id AND l.ENGINE = 'INNODB'
  WHERE trx.lock_id IS NOT NULL
  LIMIT 5000
),
queues AS (
  SELECT MIN(lock_id) AS first_id, MAX(lock_id) AS last_id, COUNT(*) AS waiters FROM waiting GROUP BY record, mode
),
/* 200 waiters on one row are 20,100 pairs (34 ms): in long queues two waiters are looked up, at 0.16 ms each; in short ones all pairs cost less. */
looked_up AS (
  SELECT DISTINCT IF(ends.place = 1, queues.first_id, queues.last_id) AS lock_id
  FROM (SELECT 1 FROM queues HAVING SUM(waiters * waiters) > 500 * COUNT(*)) AS long_ones
  STRAIGHT_JOIN queues
  STRAIGHT_JOIN (SELECT 1 AS place UNION ALL SELECT 2) AS ends
),
pairs AS (
  SELECT w.REQUESTING_ENGINE_LOCK_ID AS lock_id, w.BLOCKING_ENGINE_LOCK_ID AS blocking_lock_id,
    w.BLOCKING_ENGINE_TRANSACTION_ID AS trx_id, w.REQUESTING_THREAD_ID AS thread, w.BLOCKING_THREAD_ID AS blocking_thread
  FROM looked_up STRAIGHT_JOIN performance_schema.data_lock_waits AS w ON w.REQUESTING_ENGINE_LOCK_ID = looked_up.lock_id
  UNION ALL
  SELECT w.REQUESTING_ENGINE_LOCK_ID, w.BLOCKING_ENGINE_LOCK_ID, w.BLOCKING_ENGINE_TRANSACTION_ID, w.REQUESTING_THREAD_ID, w.BLOCKING_THREAD_ID
  FROM (SELECT 1 FROM queues HAVING SUM(waiters * waiters) <= 500 * COUNT(*)) AS short_ones
  STRAIGHT_JOIN performance_schema.data_lock_waits AS w
),
/* The thread of a lock that a waiter made explicit is the waiter's: the transaction tells whose the lock is. */
held AS (
  SELECT pairs.lock_id, pairs.blocking_lock_id, pairs.trx_id, l.LOCK_MODE AS mode,
    COALESCE(trx.id, IF(pairs.blocking_thread = pairs.thread, NULL, t.PROCESSLIST_ID)) AS id
  FROM pairs
  LEFT JOIN waiting ON waiting.lock_id = pairs.blocking_lock_id
  LEFT JOIN trx ON trx.trx_id = pairs.trx_id
  LEFT JOIN performance_schema.threads AS t ON t.THREAD_ID = pairs.blocking_thread
  LEFT JOIN performance_schema.data_locks AS l ON l.ENGINE_LOCK_ID = pairs.blocking_lock_id AND l.ENGINE = 'INNODB'
  WHERE waiting.lock_id IS NULL
  LIMIT 5000
),
/* What the newest waiters hold already, 0.3 ms for each: by the transaction's id, which has an index. Of keys only the order is told. */
holding AS (
  SELECT id, trx_id, db, name, index_name, value FROM waiting
  WHERE type = 'RECORD' AND rows_locked BETWEEN 2 AND 200
  ORDER BY wait_started_ms DESC
  LIMIT 8
),
own AS (
  SELECT holding.id, holding.trx_id, l.LOCK_MODE AS mode, l.OBJECT_SCHEMA AS db, l.OBJECT_NAME AS name, l.INDEX_NAME AS index_name,
    IF(l.LOCK_DATA = 'supremum pseudo-record', 'supremum', LEFT(SHA2(l.LOCK_DATA, 256), 16)) AS row_id,
    CASE
      WHEN l.OBJECT_SCHEMA <> holding.db OR l.OBJECT_NAME <> holding.name OR l.INDEX_NAME <> holding.index_name THEN 0
      WHEN l.LOCK_DATA REGEXP '^-?[0-9]+(, -?[0-9]+)*$' AND holding.value REGEXP '^-?[0-9]+(, -?[0-9]+)*$' THEN COALESCE(
        NULLIF(SIGN(CAST(SUBSTRING_INDEX(l.LOCK_DATA, ', ', 1) AS DECIMAL(65)) - CAST(SUBSTRING_INDEX(holding.value, ', ', 1) AS DECIMAL(65))), 0),
        SIGN(CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(l.LOCK_DATA, ', ', 2), ', ', -1) AS DECIMAL(65))
          - CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(holding.value, ', ', 2), ', ', -1) AS DECIMAL(65))))
      WHEN l.LOCK_DATA LIKE '''%' AND holding.value LIKE '''%' THEN STRCMP(l.LOCK_DATA, holding.value)
      WHEN l.LOCK_DATA LIKE '0x%' AND LENGTH(l.LOCK_DATA) = LENGTH(holding.value) THEN STRCMP(l.LOCK_DATA, holding.value)
      ELSE 0
    END AS side
  FROM holding
  STRAIGHT_JOIN performance_schema.data_locks AS l ON l.ENGINE_TRANSACTION_ID = holding.trx_id AND l.ENGINE = 'INNODB'
  WHERE l.LOCK_TYPE = 'RECORD' AND l.LOCK_STATUS = 'GRANTED'
  LIMIT 400
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
WHERE trx.lock_structs > 0 OR trx.lock_id IS NOT NULL OR trx.id IN (SELECT id FROM metadata)
UNION ALL
SELECT 'lock', id, trx_id, lock_id, NULL, type, mode, NULL, record, db, name, index_name, row_id, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM waiting
UNION ALL
SELECT 'held', id, trx_id, lock_id, blocking_lock_id, NULL, mode, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM held
UNION ALL
SELECT 'own', id, trx_id, NULL, NULL, 'RECORD', mode, CASE side WHEN -1 THEN 'before' WHEN 1 THEN 'after' END, NULL, db, name, index_name, row_id, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM own
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
