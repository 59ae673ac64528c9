/* dbvitals:sessions-mysql */
SELECT
  COALESCE(t.PROCESSLIST_ID, -t.THREAD_ID) AS id,
  t.TYPE AS type,
  t.NAME AS name,
  t.THREAD_OS_ID AS os_tid,
  t.PROCESSLIST_USER AS account,
  COALESCE(p.HOST, t.PROCESSLIST_HOST) AS host,
  t.PROCESSLIST_DB AS db,
  t.PROCESSLIST_COMMAND AS command,
  t.PROCESSLIST_TIME * 1000 AS time_ms,
  t.PROCESSLIST_STATE AS state,
  s.DIGEST AS digest,
  NULL AS info,
  IF(s.END_EVENT_ID IS NULL, s.TIMER_WAIT / 1000000000, NULL) AS statement_ms,
  IF(x.STATE = 'ACTIVE', x.TIMER_WAIT / 1000000000, NULL) AS transaction_ms,
  w.EVENT_NAME AS wait_event,
  UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms
FROM performance_schema.threads AS t
LEFT JOIN performance_schema.processlist AS p ON p.ID = t.PROCESSLIST_ID
LEFT JOIN performance_schema.events_statements_current AS s ON s.THREAD_ID = t.THREAD_ID AND (s.NESTING_EVENT_TYPE IS NULL OR s.NESTING_EVENT_TYPE = 'TRANSACTION')
LEFT JOIN performance_schema.events_transactions_current AS x ON x.THREAD_ID = t.THREAD_ID
LEFT JOIN performance_schema.events_waits_current AS w ON w.THREAD_ID = t.THREAD_ID AND w.END_EVENT_ID IS NULL
