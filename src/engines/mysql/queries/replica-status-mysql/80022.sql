/* dbvitals:replica-status-mysql */
SHOW REPLICA STATUS
