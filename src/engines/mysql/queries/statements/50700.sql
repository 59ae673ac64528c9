/* dbvitals:statements */
SELECT
  SCHEMA_NAME AS db,
  DIGEST AS digest,
  SUM(COUNT_STAR) AS calls,
  SUM(SUM_ROWS_SENT + SUM_ROWS_AFFECTED) AS result_rows,
  SUM(SUM_TIMER_WAIT) / 1000000000 AS exec_ms
FROM performance_schema.events_statements_summary_by_digest
GROUP BY SCHEMA_NAME, DIGEST
