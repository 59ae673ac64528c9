/**
 * Words that are one token to the server, which prints any of them in the text of a digest (sql/lex.h of MariaDB 10.11 and
 * 11.8; `SELECT DISTINCT` is counted as `SELECT DISTINCTROW`). Compared as the first of their row.
 */
const ROWS: readonly string[] = [
  'distinctrow distinct',
  'now current_timestamp localtime localtimestamp curtime current_time',
  'curdate current_date',
  'substring substr mid',
  'stddev_pop std stddev',
  'var_pop variance',
  'rlike regexp',
  'some any',
  'character char',
  'fields columns',
  'schemas databases',
  'schema database',
  'system_user user session_user',
  'integer int int4',
  'int1 tinyint',
  'int2 smallint',
  'int3 mediumint middleint',
  'int8 bigint',
  'varcharacter varchar',
  'decimal dec numeric',
  'double float8',
  'float float4',
  'session local',
];

const FIRST: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap((row) => {
    const [first = '', ...others] = row.split(' ');
    return others.map((other): [string, string] => [other, first]);
  }),
);

/** A token as it is compared: lower case, one word for all that mean the same. */
export function comparedToken(token: string): string {
  const lower = token.toLowerCase().replace(/^sql_tsi_/, '');
  return FIRST.get(lower) ?? lower;
}
