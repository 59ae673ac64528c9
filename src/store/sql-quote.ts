/** A SQL string literal for our own in-memory DuckDB. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
