/* dbvitals:proxysql-version */
SELECT @@version AS version
