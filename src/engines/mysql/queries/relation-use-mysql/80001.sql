/* dbvitals:relation-use-mysql */
-- Who holds or wants a metadata lock on one table, and how often statements locked it since the server counts. The minimum
-- of grants shows no table in TABLES: the summary has those that were opened since the server started.
SELECT 'table' AS row_kind, CONCAT(n.db, '.', n.name) AS relation, NULL AS id, NULL AS mode, NULL AS status, NULL AS account,
  NULL AS command, NULL AS state_ms, NULL AS transaction_ms, w.COUNT_READ_EXTERNAL + w.COUNT_WRITE_EXTERNAL AS requests,
  (SELECT COUNT(*) FROM performance_schema.threads AS c WHERE c.TYPE = 'FOREGROUND' AND c.PROCESSLIST_ID <> CONNECTION_ID()) AS clients
FROM (SELECT COALESCE(?, DATABASE()) AS db, ? AS name) AS n
LEFT JOIN performance_schema.table_lock_waits_summary_by_table AS w
  ON w.OBJECT_TYPE = 'TABLE' AND w.OBJECT_SCHEMA = n.db AND w.OBJECT_NAME = n.name
WHERE w.OBJECT_NAME IS NOT NULL
OR EXISTS (SELECT 1 FROM information_schema.TABLES AS d WHERE d.TABLE_SCHEMA = n.db AND d.TABLE_NAME = n.name)
UNION ALL
SELECT 'lock', NULL, t.PROCESSLIST_ID, m.LOCK_TYPE, m.LOCK_STATUS, t.PROCESSLIST_USER, t.PROCESSLIST_COMMAND,
  t.PROCESSLIST_TIME * 1000, IF(x.STATE = 'ACTIVE', x.TIMER_WAIT / 1000000000, NULL), NULL, NULL
FROM performance_schema.metadata_locks AS m
JOIN performance_schema.threads AS t ON t.THREAD_ID = m.OWNER_THREAD_ID
LEFT JOIN performance_schema.events_transactions_current AS x ON x.THREAD_ID = t.THREAD_ID
WHERE m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = COALESCE(?, DATABASE()) AND m.OBJECT_NAME = ?
  AND t.PROCESSLIST_ID <> CONNECTION_ID() AND m.LOCK_STATUS IN ('GRANTED', 'PENDING')
