/* dbvitals:sessions */
-- Every session and server process. Without the joins of the view pg_stat_activity: names come from dbvitals:names.
-- The text itself stays on the server; a hash tells whether it was seen before.
SELECT CASE WHEN s.pid = pg_backend_pid() THEN date_part('epoch', clock_timestamp()) * 1000 END AS server_now_ms,
       s.datid::text AS database_id,
       s.usesysid::text AS user_id,
       s.pid::text AS pid,
       s.application_name AS application,
       s.state,
       s.wait_event_type,
       s.wait_event,
       date_part('epoch', s.xact_start) * 1000 AS transaction_started_at_ms,
       date_part('epoch', s.query_start) * 1000 AS statement_started_at_ms,
       date_part('epoch', s.backend_start) * 1000 AS started_at_ms,
       date_part('epoch', s.state_change) * 1000 AS state_changed_at_ms,
       host(s.client_addr) AS client_address,
       s.client_port,
       s.backend_type,
       s.leader_pid::text AS leader_id,
       NULL::text AS query_id,
       CASE WHEN s.state = 'active' THEN hashtextextended(s.query, 0)::text END AS text_hash
FROM pg_stat_get_activity(NULL) AS s
