/* dbvitals:sessions */
-- Every session and server process: a line each, its fields apart by tabs, all in one value. A thousand rows of a result
-- cost the one who receives them four times as much as one long value. Times are microseconds since 1970; 0 and an empty
-- field stand for NULL. Without the joins of the view pg_stat_activity: names come from dbvitals:names.
-- The text itself stays on the server; a hash tells whether it was seen before.
SELECT date_part('epoch', statement_timestamp()) * 1000 AS server_now_ms,
       string_agg(concat_ws(E'\t',
         s.pid,
         (coalesce(date_part('epoch', s.backend_start), 0) * 1000000)::bigint,
         coalesce(s.datid, 0),
         coalesce(s.usesysid, 0),
         coalesce(s.application_name, ''),
         coalesce(host(s.client_addr), ''),
         coalesce(s.client_port, -1),
         coalesce(s.backend_type, ''),
         coalesce(s.leader_pid::text, ''),
         coalesce(s.state, ''),
         coalesce(s.wait_event_type, ''),
         coalesce(s.wait_event, ''),
         (coalesce(date_part('epoch', s.xact_start), 0) * 1000000)::bigint,
         (coalesce(date_part('epoch', s.query_start), 0) * 1000000)::bigint,
         (coalesce(date_part('epoch', s.state_change), 0) * 1000000)::bigint,
         '',
         CASE WHEN s.state = 'active' THEN hashtextextended(s.query, 0)::text ELSE '' END), E'\n') AS lines
FROM pg_stat_get_activity(NULL) AS s
