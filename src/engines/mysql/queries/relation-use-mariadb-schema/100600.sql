/* dbvitals:relation-use-mariadb-schema */
-- PROCESS shows InnoDB's tables, by the names of their files; tables of other engines take a privilege on them.
SELECT 'table' AS row_kind, CONCAT(n.db, '.', n.name) AS relation, NULL AS id, NULL AS mode, NULL AS status, NULL AS account,
  NULL AS command, NULL AS state_ms, NULL AS transaction_ms, NULL AS state, NULL AS db, NULL AS info,
  (SELECT w.COUNT_READ_EXTERNAL + w.COUNT_WRITE_EXTERNAL FROM performance_schema.table_lock_waits_summary_by_table AS w
    WHERE w.OBJECT_TYPE = 'TABLE' AND w.OBJECT_SCHEMA = n.db AND w.OBJECT_NAME = n.name) AS requests,
  (SELECT COUNT(*) FROM information_schema.PROCESSLIST AS c WHERE c.COMMAND <> 'Daemon' AND c.ID <> CONNECTION_ID()) AS clients
FROM (SELECT COALESCE(?, DATABASE()) AS db, ? AS name) AS n
WHERE CONCAT(CAST(CONVERT(n.db USING filename) AS BINARY), '/', CAST(CONVERT(n.name USING filename) AS BINARY)) IN (
  SELECT CAST(SUBSTRING_INDEX(i.NAME, '#', 1) AS BINARY) FROM information_schema.INNODB_SYS_TABLES AS i
) OR EXISTS (SELECT 1 FROM information_schema.TABLES AS d WHERE d.TABLE_SCHEMA = n.db AND d.TABLE_NAME = n.name)
UNION ALL
SELECT 'lock', NULL, p.ID, m.LOCK_TYPE, m.LOCK_STATUS, p.USER, p.COMMAND, p.TIME_MS,
  (UNIX_TIMESTAMP(NOW(6)) - UNIX_TIMESTAMP(CONVERT_TZ(x.trx_started, 'SYSTEM', '+00:00'))) * 1000, p.STATE, p.DB, NULL, NULL, NULL
FROM performance_schema.metadata_locks AS m
JOIN performance_schema.threads AS t ON t.THREAD_ID = m.OWNER_THREAD_ID
JOIN information_schema.PROCESSLIST AS p ON p.ID = t.PROCESSLIST_ID
LEFT JOIN information_schema.INNODB_TRX AS x ON x.trx_mysql_thread_id = p.ID
WHERE m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = COALESCE(?, DATABASE()) AND m.OBJECT_NAME = ?
  AND p.ID <> CONNECTION_ID() AND m.LOCK_STATUS IN ('GRANTED', 'PENDING')
