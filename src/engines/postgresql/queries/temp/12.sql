/* dbvitals:temp */
-- Temporary files that are open now: their names hold the pid that made them.
SELECT substring(f.name FROM '^pgsql_tmp(\d+)\.') AS pid, sum(f.size)::text AS bytes
FROM pg_ls_tmpdir() AS f
WHERE f.name ~ '^pgsql_tmp\d+\.'
GROUP BY 1
