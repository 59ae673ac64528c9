/* dbvitals:lock-waiters-transactions */
SELECT COUNT(*) AS waiters FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'
