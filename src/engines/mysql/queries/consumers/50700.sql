/* dbvitals:consumers */
SELECT c.NAME AS name, c.ENABLED AS enabled FROM performance_schema.setup_consumers AS c
