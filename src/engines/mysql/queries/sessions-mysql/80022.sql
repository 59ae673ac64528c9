/* dbvitals:sessions-mysql */
SELECT
  'session' AS part, t.THREAD_ID AS thread, t.PROCESSLIST_ID AS id, t.TYPE AS type, t.NAME AS name, t.THREAD_OS_ID AS os_tid,
  t.PROCESSLIST_USER AS account, t.PROCESSLIST_HOST AS host, t.PROCESSLIST_DB AS db, t.PROCESSLIST_COMMAND AS command,
  t.PROCESSLIST_STATE AS state, t.PROCESSLIST_TIME * 1000 AS ms, NULL AS info
FROM performance_schema.threads AS t
UNION ALL
SELECT 'statement', s.THREAD_ID, NULL, NULL, s.DIGEST, NULL, NULL, NULL, NULL, NULL, NULL, s.TIMER_WAIT / 1000000000, NULL
FROM performance_schema.events_statements_current AS s
WHERE s.END_EVENT_ID IS NULL AND (s.NESTING_EVENT_TYPE IS NULL OR s.NESTING_EVENT_TYPE <> 'STATEMENT')
UNION ALL
SELECT 'transaction', x.THREAD_ID, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, x.TIMER_WAIT / 1000000000, NULL
FROM performance_schema.events_transactions_current AS x WHERE x.STATE = 'ACTIVE'
UNION ALL
SELECT 'wait', w.THREAD_ID, NULL, NULL, w.EVENT_NAME, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM performance_schema.events_waits_current AS w WHERE w.END_EVENT_ID IS NULL
UNION ALL
SELECT 'endpoint', NULL, p.ID, NULL, NULL, NULL, NULL, p.HOST, NULL, NULL, NULL, NULL, NULL
FROM performance_schema.processlist AS p
UNION ALL
SELECT 'application', NULL, a.PROCESSLIST_ID, NULL, a.ATTR_VALUE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM performance_schema.session_connect_attrs AS a WHERE a.ATTR_NAME = 'program_name'
UNION ALL
SELECT 'clock', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, UNIX_TIMESTAMP(NOW(6)) * 1000, NULL
