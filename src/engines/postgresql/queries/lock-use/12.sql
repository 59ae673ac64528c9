/* dbvitals:lock-use */
-- One pass over the lock table: how many things are locked in the shared table (its documented size is `capacity`), how
-- many weak table locks found a fast-path slot and how many did not, and what predicate locks are on.
WITH l AS MATERIALIZED (
  SELECT * FROM pg_lock_status()
)
SELECT '' AS object,
       (SELECT count(*) FROM (
         SELECT DISTINCT l.locktype, l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid, l.objid, l.objsubid
         FROM l WHERE NOT l.fastpath AND l.mode <> 'SIReadLock') AS d)::text AS used,
       (current_setting('max_locks_per_transaction')::bigint
         * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint))::text AS capacity,
       (SELECT count(*) FROM l WHERE l.fastpath)::text AS fast_path,
       (SELECT count(*) FROM l WHERE NOT l.fastpath AND l.locktype = 'relation'
         AND l.mode IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock'))::text AS slow_path,
       NULL AS predicate
UNION ALL
SELECT l.locktype, NULL, NULL, NULL, NULL, count(*)::text FROM l WHERE l.mode = 'SIReadLock' GROUP BY l.locktype
