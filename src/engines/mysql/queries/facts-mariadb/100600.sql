/* dbvitals:facts-mariadb */
SELECT VERSION() AS version, CURRENT_USER() AS account, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms, UNIX_TIMESTAMP() - u.VARIABLE_VALUE AS started_s
FROM information_schema.GLOBAL_STATUS AS u WHERE u.VARIABLE_NAME = 'UPTIME'
