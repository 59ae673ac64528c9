/* dbvitals:session-mariadb */
SET SESSION tx_read_only = 1, lock_wait_timeout = 1, innodb_lock_wait_timeout = 1, max_statement_time = 5, time_zone = '+00:00'
