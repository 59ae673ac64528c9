/* dbvitals:blockers-mysql */
SELECT r.PROCESSLIST_ID AS waiter, b.PROCESSLIST_ID AS blocker
FROM performance_schema.data_lock_waits AS w
JOIN performance_schema.threads AS r ON r.THREAD_ID = w.REQUESTING_THREAD_ID
JOIN performance_schema.threads AS b ON b.THREAD_ID = w.BLOCKING_THREAD_ID
LIMIT 5000
