/* dbvitals:user-limits */
SELECT u.User AS account, u.max_user_connections AS most FROM mysql.user AS u WHERE u.max_user_connections <> 0
