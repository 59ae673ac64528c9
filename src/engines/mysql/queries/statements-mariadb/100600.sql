/* dbvitals:statements-mariadb */
SELECT
  s.SCHEMA_NAME AS db,
  s.DIGEST AS digest,
  LEFT(s.DIGEST_TEXT, 4096) AS digest_text,
  s.COUNT_STAR AS calls,
  s.SUM_ROWS_SENT + s.SUM_ROWS_AFFECTED AS result_rows,
  s.SUM_TIMER_WAIT / 1000000000 AS exec_ms,
  s.FIRST_SEEN AS first_seen
FROM performance_schema.events_statements_summary_by_digest AS s
