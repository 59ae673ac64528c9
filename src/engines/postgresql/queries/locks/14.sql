/* dbvitals:locks */
-- One snapshot of the lock table: who waits, who holds what is waited for, and what else these sessions hold (at most
-- 20 locks each, 1,000 in all). Reads no catalog and no table, so it waits for no lock itself. Locks taken by the fast
-- path block nobody: whoever wants what they exclude moves them to the shared table before it waits.
WITH l AS MATERIALIZED (
  SELECT * FROM pg_lock_status()
), shared AS MATERIALIZED (
  SELECT l.pid, coalesce(l.pid::text, l.virtualtransaction) AS holder, l.locktype, l.mode, l.granted,
         date_part('epoch', l.waitstart) * 1000 AS wait_started_at_ms,
         concat_ws(':', l.locktype, l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid, l.objid,
                   l.objsubid) AS lock_key
  FROM l
  WHERE NOT l.fastpath AND l.mode <> 'SIReadLock'
), wanted AS MATERIALIZED (
  SELECT DISTINCT s.lock_key FROM shared AS s WHERE NOT s.granted
), involved AS MATERIALIZED (
  SELECT DISTINCT s.holder, s.pid FROM shared AS s WHERE s.lock_key IN (SELECT w.lock_key FROM wanted AS w)
), others AS (
  SELECT l.*, row_number() OVER (PARTITION BY l.pid, l.virtualtransaction ORDER BY l.locktype <> 'tuple', l.fastpath) AS place
  FROM l
  WHERE (l.pid IN (SELECT i.pid FROM involved AS i) OR l.pid IS NULL) AND l.granted AND l.mode <> 'SIReadLock'
    AND (l.locktype NOT IN ('virtualxid', 'transactionid') OR l.pid IS NULL)
), a AS MATERIALIZED (
  SELECT s.pid, s.datid, s.usesysid, s.application_name, s.state, s.query, s.backend_type, s.xact_start, s.query_start,
         s.backend_start, s.state_change, s.backend_xmin, s.backend_xid, s.leader_pid, s.query_id
  FROM (SELECT DISTINCT i.pid FROM involved AS i WHERE i.pid IS NOT NULL) AS i
  CROSS JOIN LATERAL pg_stat_get_activity(i.pid) AS s
), leaders AS (
  SELECT s.pid, s.datid, s.usesysid, s.application_name, s.state, s.query, s.backend_type, s.xact_start, s.query_start,
         s.backend_start, s.state_change, s.backend_xmin, s.backend_xid, s.leader_pid, s.query_id
  FROM (SELECT DISTINCT a.leader_pid FROM a WHERE a.leader_pid NOT IN (SELECT a.pid FROM a)) AS w
  CROSS JOIN LATERAL pg_stat_get_activity(w.leader_pid) AS s
)
SELECT 'lock' AS row_kind, s.holder, s.lock_key, s.mode, s.granted, false AS fast_path, s.wait_started_at_ms,
       NULL::text AS database_id, NULL::text AS user_id, NULL::text AS application, NULL::text AS state,
       NULL::text AS backend_type, NULL::text AS leader_id, NULL::text AS digest,
       NULL::float8 AS transaction_started_at_ms, NULL::float8 AS statement_started_at_ms, NULL::float8 AS started_at_ms,
       NULL::float8 AS state_changed_at_ms, NULL::int AS xmin_age, NULL::int AS locks_held,
       NULL::float8 AS xid, NULL::int AS xid_age
FROM shared AS s
WHERE s.lock_key IN (SELECT w.lock_key FROM wanted AS w)
UNION ALL
SELECT 'lock', coalesce(o.pid::text, o.virtualtransaction),
       concat_ws(':', o.locktype, o.database, o.relation, o.page, o.tuple, o.virtualxid, o.transactionid, o.classid, o.objid,
                 o.objsubid),
       o.mode, true, o.fastpath, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL
FROM (SELECT others.* FROM others WHERE others.place <= 20 ORDER BY others.place LIMIT 1000) AS o
UNION ALL
SELECT 'session', a.pid::text, NULL, NULL, NULL, NULL, NULL, a.datid::text, a.usesysid::text, a.application_name, a.state,
       a.backend_type, a.leader_pid::text,
       CASE WHEN a.state IS NOT NULL THEN coalesce(a.query_id::text, 't:' || hashtextextended(a.query, 0)::text) END,
       date_part('epoch', a.xact_start) * 1000, date_part('epoch', a.query_start) * 1000,
       date_part('epoch', a.backend_start) * 1000, date_part('epoch', a.state_change) * 1000, age(a.backend_xmin),
       coalesce(h.locks, 0)::int, a.backend_xid::text::float8, age(a.backend_xid)
FROM (SELECT * FROM a UNION ALL SELECT * FROM leaders) AS a
LEFT JOIN (SELECT l.pid, count(*) AS locks FROM l GROUP BY l.pid) AS h ON h.pid = a.pid
UNION ALL
SELECT 'prepared', p.transaction::text, NULL, NULL, NULL, NULL, NULL, p.dbid::text, p.ownerid::text, p.gid, NULL, NULL, NULL, NULL,
       date_part('epoch', p.prepared) * 1000, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_prepared_xact() AS p
WHERE EXISTS (SELECT FROM involved AS i WHERE i.pid IS NULL)
UNION ALL
SELECT 'now', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       date_part('epoch', clock_timestamp()) * 1000, NULL, NULL, NULL, NULL, NULL
