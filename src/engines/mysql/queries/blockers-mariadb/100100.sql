/* dbvitals:blockers-mariadb */
SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS blocker
FROM information_schema.INNODB_LOCK_WAITS AS w
JOIN information_schema.INNODB_TRX AS r ON r.trx_id = w.requesting_trx_id
JOIN information_schema.INNODB_TRX AS b ON b.trx_id = w.blocking_trx_id
LIMIT 5000
