/* dbvitals:lock-waiters */
SELECT COUNT AS waiters FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_row_lock_current_waits'
