/* dbvitals:proxysql-users */
SELECT username, frontend_connections, frontend_max_connections FROM stats_mysql_users
