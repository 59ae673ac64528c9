/* dbvitals:own-thread-mysql */
SELECT THREAD_OS_ID AS os_tid FROM performance_schema.threads WHERE PROCESSLIST_ID = CONNECTION_ID()
