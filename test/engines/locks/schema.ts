/** What the scenarios work on. */
export const SCHEMA = `
  CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL);
  INSERT INTO item SELECT i, 0 FROM generate_series(1, 20) AS i;
  CREATE TABLE parent (id int PRIMARY KEY, note text);
  INSERT INTO parent VALUES (1), (2);
  CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent);
  INSERT INTO child VALUES (1, 2);
  CREATE TABLE booking (during int4range, EXCLUDE USING gist (during WITH &&));
  CREATE TABLE other (id int);
  CREATE TABLE big AS SELECT i AS id FROM generate_series(1, 20000) AS i;
  ANALYZE big;
  CREATE FUNCTION reads_other(int) RETURNS bool LANGUAGE plpgsql PARALLEL SAFE AS
    $$ BEGIN RETURN EXISTS (SELECT FROM other); END $$;
  CREATE FUNCTION slowly(int) RETURNS bool LANGUAGE sql PARALLEL SAFE AS 'SELECT pg_sleep(0.01) IS NOT NULL';
  CREATE SEQUENCE counter;
  CREATE TABLE parts (id int) PARTITION BY RANGE (id);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
  CREATE MATERIALIZED VIEW summary AS SELECT count(*) FROM item;
  CREATE UNIQUE INDEX ON summary (count);
  CREATE TABLE dusty (id int) WITH (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1,
    autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0, autovacuum_enabled = false);
  INSERT INTO dusty SELECT i FROM generate_series(1, 20000) AS i;
  DELETE FROM dusty`;

/** Plans in workers, whatever the version calls the setting. */
export const IN_WORKERS =
  'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off';
