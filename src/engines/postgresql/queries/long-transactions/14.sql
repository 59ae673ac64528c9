/* dbvitals:long-transactions */
-- Transactions open for ten seconds or more (the 20 oldest) and what they hold (of each kind and mode at most 15). The lock table
-- is read only when there are some.
WITH a AS MATERIALIZED (
  SELECT s.pid, s.datid, s.usesysid, s.application_name, s.state, s.query, s.backend_type, s.xact_start, s.query_start,
         s.backend_start, s.state_change, s.backend_xmin, s.query_id
  FROM pg_stat_get_activity(NULL) AS s
  WHERE s.xact_start < clock_timestamp() - interval '10 seconds' AND s.backend_type IN ('client backend', 'autovacuum worker')
    AND s.pid <> pg_backend_pid()
  ORDER BY s.xact_start
  LIMIT 20
), l AS MATERIALIZED (
  SELECT l.pid, l.mode, l.fastpath, concat_ws(':', l.locktype, l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid,
           l.classid, l.objid, l.objsubid) AS lock_key,
         row_number() OVER (PARTITION BY l.pid, l.locktype, l.mode ORDER BY l.relation) AS place,
         count(*) OVER (PARTITION BY l.pid) AS locks
  FROM pg_lock_status() AS l
  WHERE EXISTS (SELECT FROM a) AND l.pid IN (SELECT a.pid FROM a) AND l.granted AND l.mode <> 'SIReadLock'
    AND l.locktype NOT IN ('virtualxid', 'transactionid')
)
SELECT 'lock' AS row_kind, l.pid::text AS holder, l.lock_key, l.mode, true AS granted, l.fastpath AS fast_path, NULL::float8 AS wait_started_at_ms,
       NULL::text AS database_id, NULL::text AS user_id, NULL::text AS application, NULL::text AS state,
       NULL::text AS backend_type, NULL::text AS leader_id, NULL::text AS digest,
       NULL::float8 AS transaction_started_at_ms, NULL::float8 AS statement_started_at_ms, NULL::float8 AS started_at_ms,
       NULL::float8 AS state_changed_at_ms, NULL::int AS xmin_age, NULL::int AS locks_held
FROM l
WHERE l.place <= 15
UNION ALL
SELECT 'session', a.pid::text, NULL, NULL, NULL, NULL, NULL, a.datid::text, a.usesysid::text, a.application_name, a.state,
       a.backend_type, NULL, CASE WHEN a.state IS NOT NULL THEN coalesce(a.query_id::text, 't:' || hashtextextended(a.query, 0)::text) END,
       date_part('epoch', a.xact_start) * 1000, date_part('epoch', a.query_start) * 1000,
       date_part('epoch', a.backend_start) * 1000, date_part('epoch', a.state_change) * 1000, age(a.backend_xmin),
       (SELECT max(l.locks) FROM l WHERE l.pid = a.pid)::int
FROM a
UNION ALL
SELECT 'now', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       date_part('epoch', clock_timestamp()) * 1000, NULL, NULL, NULL
