/* dbvitals:user-limits */
-- By user the most that one of its accounts may, which differ by the host they come from; 0 is no limit, -1 nothing at all.
SELECT u.User AS account,
  IF(MIN(u.max_user_connections) = 0, 0, MAX(u.max_user_connections)) AS connections,
  IF(MIN(u.max_connections) = 0, 0, MAX(u.max_connections)) AS connections_per_hour,
  IF(MIN(u.max_questions) = 0, 0, MAX(u.max_questions)) AS queries_per_hour,
  IF(MIN(u.max_updates) = 0, 0, MAX(u.max_updates)) AS updates_per_hour
FROM mysql.user AS u
GROUP BY u.User
HAVING connections <> 0 OR connections_per_hour <> 0 OR queries_per_hour <> 0 OR updates_per_hour <> 0
