/* dbvitals:replica-status-mariadb */
SHOW ALL SLAVES STATUS
