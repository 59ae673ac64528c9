/* dbvitals:grants */
SHOW GRANTS
