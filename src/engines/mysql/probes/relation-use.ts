import type { Probe } from '../../../core/probe.js';
import type { RelationLock } from '../../../core/relation-use.js';
import type { Row } from '../../../core/row.js';
import { numberOf } from '../locks/rows.js';
import { metadataSource } from '../locks/sources.js';
import { isMariadb, queryFor } from '../select.js';

/** Who holds or wants a metadata lock on one table. */
export const relationUse: Probe = {
  name: 'relation-use',
  lane: 'demand',
  select(facts) {
    if (isMariadb(facts))
      return { unavailable: 'MariaDB does not show the locks of one table', remedy: null };
    if (metadataSource(facts) === 'none')
      return {
        unavailable: 'metadata locks are not instrumented',
        remedy:
          "UPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = 'wait/lock/metadata/sql/mdl';",
      };
    return queryFor('relation-use-mysql', facts);
  },
  parameters({ relation }) {
    const [schema, table] = partsOf(relation ?? '');
    return [schema, table, schema, table];
  },
  toRecords(rows, { atMs }) {
    const table = rows.find(({ row_kind }) => row_kind === 'table');
    if (table === undefined) return {};
    return {
      relationUse: {
        relation: String(table.relation),
        atMs,
        requests: numberOf(table.requests as number | string | null),
        clients: Number(table.clients),
        locks: rows.filter(({ row_kind }) => row_kind === 'lock').map(lockOf),
      },
    };
  },
};

/** `shop.orders`, `orders`, each part plain or quoted. */
function partsOf(name: string): [string | null, string] {
  const parts = [...name.matchAll(/`([^`]+)`|"((?:[^"]|"")+)"|([^.`"]+)/g)].map(
    ([, backticked, quoted, plain]) => backticked ?? quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
  return parts.length > 1 ? [parts[0] ?? '', parts[1] ?? ''] : [null, parts[0] ?? ''];
}

function lockOf(row: Row): RelationLock {
  const transactionAgeMs = numberOf(row.transaction_ms as number | string | null);
  const idle = row.command === 'Sleep';
  return {
    sessionId: String(row.id),
    mode: String(row.mode),
    granted: row.status === 'GRANTED',
    user: row.account === null ? null : String(row.account),
    application: null,
    state: idle ? (transactionAgeMs === null ? 'idle' : 'idleInTransaction') : 'active',
    transactionAgeMs,
    stateAgeMs: numberOf(row.state_ms as number | string | null),
  };
}
