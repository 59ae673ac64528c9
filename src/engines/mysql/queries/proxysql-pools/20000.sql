/* dbvitals:proxysql-pools */
SELECT hostgroup, srv_host, srv_port, status, ConnUsed, ConnFree, MaxConnUsed FROM stats_mysql_connection_pool
