/* dbvitals:counters-errors-mysql */
SELECT e.ERROR_NAME AS name, e.SUM_ERROR_RAISED AS value FROM performance_schema.events_errors_summary_global_by_error AS e
WHERE e.ERROR_NAME IN ('ER_TOO_MANY_USER_CONNECTIONS', 'ER_USER_LIMIT_REACHED')
