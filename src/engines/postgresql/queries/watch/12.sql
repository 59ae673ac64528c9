/* dbvitals:watch */
-- Does anybody wait for a lock? About 0.4 ms with a thousand sessions; asked only within ten minutes after a lock wait.
SELECT count(*)::int AS waiters FROM pg_lock_status() AS l WHERE NOT l.granted
