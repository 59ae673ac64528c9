/* dbvitals:uptime */
SHOW GLOBAL STATUS WHERE Variable_name = 'Uptime'
