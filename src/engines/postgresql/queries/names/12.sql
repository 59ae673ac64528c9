/* dbvitals:names */
SELECT 'database' AS kind, d.oid::text AS id, d.datname AS name FROM pg_database AS d
UNION ALL
SELECT 'user', r.oid::text, r.rolname FROM pg_roles AS r
