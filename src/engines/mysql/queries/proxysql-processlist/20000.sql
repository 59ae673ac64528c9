/* dbvitals:proxysql-processlist */
SELECT user, db, cli_host, cli_port, hostgroup, l_srv_host, l_srv_port, srv_host, srv_port, command, time_ms FROM stats_mysql_processlist
