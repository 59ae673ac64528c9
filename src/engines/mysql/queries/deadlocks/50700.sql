/* dbvitals:deadlocks */
SHOW ENGINE INNODB STATUS
