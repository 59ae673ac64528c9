/* dbvitals:relation-names */
-- Names of tables and indexes that locks are on, each asked for once. Other databases have catalogs of their own.
SELECT w.database AS database_id, w.relation AS relation_id, n.nspname || '.' || t.relname AS relation,
       CASE WHEN i.indexrelid IS NOT NULL THEN c.relname END AS index
FROM unnest($1::text[], $2::text[]) AS w (database, relation)
JOIN pg_class AS c ON c.oid = w.relation::oid
LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
JOIN pg_class AS t ON t.oid = coalesce(i.indrelid, c.oid)
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE w.database IN ('0', (SELECT d.oid::text FROM pg_database AS d WHERE d.datname = current_database()))
