/* dbvitals:statements */
SELECT
  SCHEMA_NAME AS db,
  DIGEST AS digest,
  COUNT_STAR AS calls,
  SUM_ROWS_SENT + SUM_ROWS_AFFECTED AS result_rows,
  SUM_TIMER_WAIT / 1000000000 AS exec_ms,
  FIRST_SEEN AS first_seen
FROM performance_schema.events_statements_summary_by_digest
