/* dbvitals:session-settings */
SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_read_only', 'tx_read_only')
