/* dbvitals:privileges */
-- What this login could write if the session were not read-only. Bounded: looks for the first of each.
SELECT r.rolsuper AS superuser, r.rolcreatedb AS create_database, r.rolcreaterole AS create_role, r.rolreplication AS replication,
       pg_has_role('pg_write_server_files', 'USAGE') OR pg_has_role('pg_execute_server_program', 'USAGE') AS server_files,
       has_database_privilege(current_database(), 'CREATE') AS create_schema,
       (SELECT n.nspname FROM pg_namespace AS n
        WHERE n.nspname !~ '^pg_' AND has_schema_privilege(n.oid, 'CREATE') LIMIT 1) AS writable_schema,
       (SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)'
          AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') LIMIT 1) AS writable_table
FROM pg_roles AS r
WHERE r.rolname = current_user
