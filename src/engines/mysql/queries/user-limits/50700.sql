/* dbvitals:user-limits */
SELECT User AS account, max_user_connections AS most FROM mysql.user WHERE max_user_connections <> 0
