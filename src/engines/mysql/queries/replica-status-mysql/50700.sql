/* dbvitals:replica-status-mysql */
SHOW SLAVE STATUS
