/* dbvitals:sessions-mariadb */
SELECT
  p.ID AS id,
  IF(p.USER = 'system user' OR p.COMMAND IN ('Daemon', 'Slave_IO', 'Slave_SQL', 'Slave_worker'), 'BACKGROUND', 'FOREGROUND') AS type,
  p.COMMAND AS name,
  p.TID AS os_tid,
  p.USER AS account,
  p.HOST AS host,
  p.DB AS db,
  p.COMMAND AS command,
  p.TIME_MS AS time_ms,
  p.STATE AS state,
  NULL AS digest,
  CONVERT(LEFT(p.INFO_BINARY, 2048) USING utf8mb4) AS info,
  IF(p.COMMAND IN ('Query', 'Execute'), p.TIME_MS, NULL) AS statement_ms,
  x.transaction_ms,
  NULL AS wait_event,
  UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms
FROM information_schema.PROCESSLIST AS p
LEFT JOIN (
  SELECT trx_mysql_thread_id, (UNIX_TIMESTAMP(NOW(6)) - UNIX_TIMESTAMP(trx_started)) * 1000 AS transaction_ms
  FROM information_schema.INNODB_TRX
) AS x ON x.trx_mysql_thread_id = p.ID
