/* dbvitals:lock-history-mysql */
SELECT t.PROCESSLIST_ID AS id, h.NESTING_EVENT_ID AS transaction, h.EVENT_ID AS step, h.DIGEST AS digest, NULL AS text,
  LEFT(h.SQL_TEXT, 512) AS statement, h.CURRENT_SCHEMA AS current_schema, h.ROWS_SENT AS rows_sent, x.ISOLATION_LEVEL AS isolation
FROM (
  SELECT THREAD_ID, ISOLATION_LEVEL FROM performance_schema.events_transactions_current
  WHERE AUTOCOMMIT = 'NO' AND MOD(THREAD_ID, ?) = ?
  LIMIT 100
) AS x
STRAIGHT_JOIN performance_schema.threads AS t ON t.THREAD_ID = x.THREAD_ID
STRAIGHT_JOIN performance_schema.events_statements_history AS h ON h.THREAD_ID = x.THREAD_ID
WHERE h.NESTING_EVENT_TYPE = 'TRANSACTION' AND h.DIGEST IS NOT NULL
AND h.EVENT_NAME NOT IN ('statement/sql/begin', 'statement/sql/commit', 'statement/sql/rollback')
