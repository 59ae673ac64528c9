/* dbvitals:lock-instruments */
SELECT NAME AS name, ENABLED AS state FROM performance_schema.setup_instruments WHERE NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'YES'
