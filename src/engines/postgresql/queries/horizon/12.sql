/* dbvitals:horizon */
-- Who keeps dead rows from being removed, by the age of the oldest transaction it still needs to see, in transactions:
-- sessions (from an age of 1,000), prepared transactions, replication slots (rows, catalogs) and standbys' feedback.
SELECT h.object, h.age::text AS age
FROM (
  SELECT 'session:' || a.pid AS object, greatest(age(a.backend_xmin), age(a.backend_xid)) AS age, 1000 AS least
  FROM pg_stat_get_activity(NULL) AS a
  WHERE a.backend_type <> 'walsender' AND a.pid <> pg_backend_pid() AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
  UNION ALL
  SELECT 'prepared:' || p.gid, age(p.transaction), 0 FROM pg_prepared_xact() AS p
  UNION ALL
  SELECT 'slot:' || s.slot_name, age(s.xmin), 0 FROM pg_get_replication_slots() AS s WHERE s.xmin IS NOT NULL
  UNION ALL
  SELECT 'slotCatalog:' || s.slot_name, age(s.catalog_xmin), 0 FROM pg_get_replication_slots() AS s WHERE s.catalog_xmin IS NOT NULL
  UNION ALL
  SELECT 'standby:' || coalesce(nullif(a.application_name, ''), a.pid::text), age(a.backend_xmin), 0
  FROM pg_stat_get_activity(NULL) AS a
  WHERE a.backend_type = 'walsender' AND a.backend_xmin IS NOT NULL
) AS h
WHERE h.age >= h.least
ORDER BY h.age DESC
LIMIT 20
