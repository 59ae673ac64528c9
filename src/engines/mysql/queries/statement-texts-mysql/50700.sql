/* dbvitals:statement-texts-mysql */
SELECT s.DIGEST AS digest, LEFT(MAX(s.DIGEST_TEXT), 4096) AS text
FROM performance_schema.events_statements_summary_by_digest AS s
WHERE s.DIGEST IN (?)
GROUP BY s.DIGEST
