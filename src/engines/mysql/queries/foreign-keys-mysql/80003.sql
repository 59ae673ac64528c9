/* dbvitals:foreign-keys-mysql */
SELECT f.FOR_NAME AS child, c.FOR_COL_NAME AS child_column, f.REF_NAME AS parent, c.REF_COL_NAME AS parent_column
FROM (
  SELECT ID, FOR_NAME, REF_NAME FROM information_schema.INNODB_FOREIGN WHERE N_COLS = 1 LIMIT 500
) AS f
JOIN information_schema.INNODB_FOREIGN_COLS AS c ON c.ID = f.ID
