import type { CallContext, Connection, RelationId, RelationName } from '../../../core/engine.js';
import { queryFor } from '../select.js';

interface NameRow {
  readonly database_id: string;
  readonly relation_id: string;
  readonly relation: string;
  readonly index: string | null;
}

/**
 * Names of tables and indexes by oid, of the connection's database and of what all share; others keep their numbers.
 * The catalog may be locked itself (VACUUM FULL pg_class): lock_timeout bounds that to 50 ms.
 */
export async function relationNames(
  connection: Connection,
  relations: readonly RelationId[],
  context: CallContext,
): Promise<readonly RelationName[]> {
  const query = queryFor('relation-names', connection.facts);
  if ('unavailable' in query) return [];
  const parameters = [
    `{${relations.map(({ database }) => database ?? '0').join(',')}}`,
    `{${relations.map(({ relation }) => relation).join(',')}}`,
  ];
  const rows = (await connection.query(query, parameters, context)) as unknown as readonly NameRow[];
  return rows.map(({ database_id, relation_id, relation, index }) => ({
    database: database_id === '0' ? null : database_id,
    relation: relation_id,
    table: relation,
    index,
  }));
}
