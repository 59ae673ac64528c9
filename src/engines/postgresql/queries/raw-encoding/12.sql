/* dbvitals:raw-encoding */
-- A database in SQL_ASCII has texts in any encoding; converted to UTF-8 one of them would fail a whole answer.
SELECT set_config('client_encoding', 'SQL_ASCII', false)
