/* dbvitals:own-thread-mariadb */
SELECT TID AS os_tid FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()
