/* dbvitals:relation-use-mariadb */
-- Nothing lists who holds a metadata lock: sessions that run something or have a transaction open.
-- PROCESS shows InnoDB's tables, by the names of their files; tables of other engines take a privilege on them.
SELECT 'table' AS row_kind, CONCAT(n.db, '.', n.name) AS relation, NULL AS id, NULL AS mode, NULL AS status, NULL AS account,
  NULL AS command, NULL AS state_ms, NULL AS transaction_ms, NULL AS state, NULL AS db, NULL AS info,
  NULL AS requests,
  (SELECT COUNT(*) FROM information_schema.PROCESSLIST AS c WHERE c.COMMAND <> 'Daemon' AND c.ID <> CONNECTION_ID()) AS clients
FROM (SELECT COALESCE(?, DATABASE()) AS db, ? AS name) AS n
WHERE CONCAT(CAST(CONVERT(n.db USING filename) AS BINARY), '/', CAST(CONVERT(n.name USING filename) AS BINARY)) IN (
  SELECT CAST(SUBSTRING_INDEX(i.NAME, '#', 1) AS BINARY) FROM information_schema.INNODB_SYS_TABLES AS i
) OR EXISTS (SELECT 1 FROM information_schema.TABLES AS d WHERE d.TABLE_SCHEMA = n.db AND d.TABLE_NAME = n.name)
UNION ALL
SELECT 'session', CONCAT(COALESCE(?, DATABASE()), '.', ?), p.ID, NULL, NULL, p.USER, p.COMMAND, p.TIME_MS,
  (UNIX_TIMESTAMP(NOW(6)) - UNIX_TIMESTAMP(CONVERT_TZ(x.trx_started, 'SYSTEM', '+00:00'))) * 1000, p.STATE, p.DB, CONVERT(LEFT(p.INFO_BINARY, 4096) USING utf8mb4), NULL, NULL
FROM information_schema.PROCESSLIST AS p
LEFT JOIN information_schema.INNODB_TRX AS x ON x.trx_mysql_thread_id = p.ID
WHERE p.ID <> CONNECTION_ID() AND p.COMMAND <> 'Daemon' AND (p.COMMAND <> 'Sleep' OR x.trx_id IS NOT NULL)
