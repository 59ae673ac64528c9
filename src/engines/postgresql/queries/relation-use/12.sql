/* dbvitals:relation-use */
-- Who holds or wants a lock on one table of this database, and how often it was asked for since the server counts.
-- Looks the name up without a lock.
WITH r AS MATERIALIZED (
  SELECT c.oid, n.nspname || '.' || c.relname AS relation
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = to_regclass($1)
)
SELECT 'table' AS row_kind, r.relation, NULL::text AS id, NULL::text AS mode, NULL::boolean AS granted, NULL::text AS user_name,
       NULL::text AS application, NULL::text AS state, NULL::float8 AS transaction_age_ms, NULL::float8 AS state_age_ms,
       (coalesce(pg_stat_get_numscans(r.oid), 0)
         + coalesce((SELECT sum(pg_stat_get_numscans(i.indexrelid)) FROM pg_index AS i WHERE i.indrelid = r.oid), 0)
         + coalesce(pg_stat_get_tuples_inserted(r.oid), 0))::float8 AS requests,
       (SELECT count(*) FROM pg_stat_get_activity(NULL) AS a
         WHERE a.backend_type = 'client backend' AND a.datid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
           AND a.pid <> pg_backend_pid())::float8 AS clients,
       date_part('epoch', clock_timestamp()) * 1000 AS now_ms
FROM r
UNION ALL
SELECT 'lock', r.relation, coalesce(l.pid::text, 'prepared:' || l.virtualtransaction), l.mode, l.granted, pg_get_userbyid(a.usesysid)::text,
       a.application_name, a.state, date_part('epoch', clock_timestamp() - a.xact_start) * 1000,
       date_part('epoch', clock_timestamp() - a.state_change) * 1000, NULL, NULL, date_part('epoch', clock_timestamp()) * 1000
FROM r
JOIN pg_lock_status() AS l ON l.relation = r.oid AND l.locktype = 'relation' AND l.mode <> 'SIReadLock'
  AND l.database IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
LEFT JOIN pg_stat_get_activity(NULL) AS a ON a.pid = l.pid
WHERE l.pid IS DISTINCT FROM pg_backend_pid()
