/* dbvitals:facts-mysql */
SELECT VERSION() AS version, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms, UNIX_TIMESTAMP() - VARIABLE_VALUE AS started_s
FROM performance_schema.global_status WHERE VARIABLE_NAME = 'UPTIME'
