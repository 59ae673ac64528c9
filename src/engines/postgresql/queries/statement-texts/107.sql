/* dbvitals:statement-texts */
-- Texts of statements seen for the first time, as bytes (see session-texts). The file name is the extension's version.
SELECT DISTINCT ON (s.queryid) s.queryid::text AS digest,
       substring(decode(replace(s.query, '\', '\\'), 'escape') FROM 1 FOR 16384) AS text, octet_length(s.query) > 16384 AS truncated
FROM pg_stat_statements(true) AS s
WHERE s.queryid = ANY ($1::bigint[])
