/* dbvitals:own-thread-mysql */
SELECT t.THREAD_OS_ID AS os_tid FROM performance_schema.threads AS t WHERE t.PROCESSLIST_ID = CONNECTION_ID()
