/* dbvitals:statement-texts */
SELECT DIGEST AS digest, LEFT(MAX(DIGEST_TEXT), 4096) AS text
FROM performance_schema.events_statements_summary_by_digest
WHERE DIGEST IN (?)
GROUP BY DIGEST
