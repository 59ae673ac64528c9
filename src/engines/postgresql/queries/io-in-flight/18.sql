/* dbvitals:io-in-flight */
SELECT a.pid::text AS pid, sum(a.length)::text AS bytes FROM pg_aios AS a GROUP BY 1
