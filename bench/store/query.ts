import { DuckDBInstance } from '@duckdb/node-api';

/** Runs one statement in a DuckDB of its own. */
export async function query<Row>(sql: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await (await connection.runAndReadAll(sql)).getRowObjectsJS()) as Row[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
