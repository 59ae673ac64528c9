/* dbvitals:facts */
SELECT CONNECTION_ID() AS id, CURRENT_USER() AS login, VERSION() AS version, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now_ms
