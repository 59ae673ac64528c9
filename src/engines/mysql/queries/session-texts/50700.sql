/* dbvitals:session-texts */
SELECT DIGEST AS digest, MAX(DIGEST_TEXT) AS text
FROM performance_schema.events_statements_current
WHERE DIGEST IN (?)
GROUP BY DIGEST
