/* dbvitals:session-texts */
-- Texts of running statements by query id, or by the hash that dbvitals:sessions gave for those without one.
-- As bytes: texts are in the encoding of their session's database, and a text function stops at what is invalid in ours.
SELECT DISTINCT ON (coalesce(s.query_id, hashtextextended(s.query, 0)))
       CASE WHEN s.query_id IS NULL THEN 't:' || hashtextextended(s.query, 0)::text ELSE s.query_id::text END AS digest,
       substring(decode(replace(s.query, '\', '\\'), 'escape') FROM 1 FOR 16384) AS text,
       octet_length(s.query) >= least(16385, pg_size_bytes(current_setting('track_activity_query_size')) - 1) AS truncated
FROM pg_stat_get_activity(NULL) AS s
WHERE coalesce(s.query_id, hashtextextended(s.query, 0)) = ANY ($1::bigint[]) AND s.query <> '<insufficient privilege>'
