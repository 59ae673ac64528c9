/* dbvitals:digest-lost */
SHOW GLOBAL STATUS WHERE Variable_name = 'Performance_schema_digest_lost'
