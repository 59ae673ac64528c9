/* dbvitals:metadata-blockers */
SELECT r.PROCESSLIST_ID AS waiter, b.PROCESSLIST_ID AS blocker
FROM performance_schema.metadata_locks AS p
JOIN performance_schema.metadata_locks AS g
  ON g.OBJECT_TYPE = p.OBJECT_TYPE AND g.OBJECT_SCHEMA <=> p.OBJECT_SCHEMA AND g.OBJECT_NAME <=> p.OBJECT_NAME
  AND g.LOCK_STATUS = 'GRANTED' AND g.OWNER_THREAD_ID <> p.OWNER_THREAD_ID
JOIN performance_schema.threads AS r ON r.THREAD_ID = p.OWNER_THREAD_ID
JOIN performance_schema.threads AS b ON b.THREAD_ID = g.OWNER_THREAD_ID
WHERE p.LOCK_STATUS = 'PENDING'
LIMIT 5000
