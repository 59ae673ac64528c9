/* dbvitals:sessions-mariadb-schema */
SELECT
  'session' AS part, p.ID AS thread, p.ID AS id, 'FOREGROUND' AS type, p.COMMAND AS name, p.TID AS os_tid,
  p.USER AS account, p.HOST AS host, p.DB AS db, p.COMMAND AS command,
  p.STATE AS state, p.TIME_MS AS ms, CONVERT(LEFT(p.INFO_BINARY, 4096) USING utf8mb4) AS info
FROM information_schema.PROCESSLIST AS p
UNION ALL
SELECT 'transaction', x.trx_mysql_thread_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (UNIX_TIMESTAMP(NOW(6)) - UNIX_TIMESTAMP(CONVERT_TZ(x.trx_started, 'SYSTEM', '+00:00'))) * 1000, NULL
FROM information_schema.INNODB_TRX AS x WHERE x.trx_mysql_thread_id <> 0
UNION ALL
SELECT 'session', -t.THREAD_ID, NULL, t.TYPE, t.NAME, t.THREAD_OS_ID, NULL, NULL, NULL, NULL, t.PROCESSLIST_STATE, NULL, NULL
FROM performance_schema.threads AS t WHERE t.PROCESSLIST_ID IS NULL
UNION ALL
SELECT 'application', NULL, a.PROCESSLIST_ID, NULL, a.ATTR_VALUE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM performance_schema.session_connect_attrs AS a WHERE a.ATTR_NAME = 'program_name'
UNION ALL
SELECT 'clock', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, UNIX_TIMESTAMP(NOW(6)) * 1000, NULL
