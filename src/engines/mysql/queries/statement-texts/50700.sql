/* dbvitals:statement-texts */
SELECT DIGEST AS digest, MAX(DIGEST_TEXT) AS text
FROM performance_schema.events_statements_summary_by_digest
WHERE DIGEST IN (?)
GROUP BY DIGEST
