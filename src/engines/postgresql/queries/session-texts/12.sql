/* dbvitals:session-texts */
-- Texts of running statements without a query id, by the hash that dbvitals:sessions gave.
SELECT DISTINCT ON (hashtextextended(s.query, 0)) 't:' || hashtextextended(s.query, 0)::text AS digest, left(s.query, 16384) AS text,
       octet_length(s.query) >= pg_size_bytes(current_setting('track_activity_query_size')) - 1 AS truncated
FROM pg_stat_get_activity(NULL) AS s
WHERE hashtextextended(s.query, 0) = ANY ($1::bigint[]) AND s.query <> '<insufficient privilege>'
