/* dbvitals:session-io */
-- Bytes that others (io workers) read and wrote for these sessions; the server adds them when a statement ends.
SELECT w.pid::text AS pid, sum(i.read_bytes)::text AS read_bytes, sum(i.write_bytes + i.extend_bytes)::text AS write_bytes
FROM unnest($1::int[]) AS w (pid) CROSS JOIN LATERAL pg_stat_get_backend_io(w.pid) AS i
GROUP BY 1
