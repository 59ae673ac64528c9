/* dbvitals:blockers */
-- Who holds the locks that these sessions wait for. Takes the lock manager exclusively for a moment: asked for a
-- bounded number of waiters, and only while there are some.
SELECT w.pid::text AS pid, array_to_string(pg_blocking_pids(w.pid), ',') AS blocked_by
FROM unnest($1::int[]) AS w (pid)
