/* dbvitals:session-reads */
-- What each server process has read of relations, however it was read, counted at the end of each statement. 9 µs a process.
SELECT a.pid::text AS pid, sum(i.read_bytes)::text AS bytes
FROM pg_stat_get_activity(NULL) AS a CROSS JOIN LATERAL pg_stat_get_backend_io(a.pid) AS i
WHERE a.backend_type <> 'io worker' AND i.object IN ('relation', 'temp relation')
GROUP BY 1
