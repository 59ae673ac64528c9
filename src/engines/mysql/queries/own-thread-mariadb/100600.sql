/* dbvitals:own-thread-mariadb */
SELECT p.TID AS os_tid FROM information_schema.PROCESSLIST AS p WHERE p.ID = CONNECTION_ID()
