import type { Probe, Unavailable } from '../../../core/probe.js';
import { relationLocks } from '../locks/relation-locks.js';
import { numberOf } from '../locks/rows.js';
import { metadataSource } from '../locks/sources.js';
import { has, isMariadb, queryFor } from '../select.js';

const NO_SESSIONS: Unavailable = {
  unavailable: "other accounts' sessions and transactions are hidden",
  remedy: 'GRANT PROCESS ON *.* TO <this account>;',
};

/** Who holds or wants a metadata lock on one table. */
export const relationUse: Probe = {
  name: 'relation-use',
  lane: 'demand',
  select(facts) {
    const source = metadataSource(facts);
    if (isMariadb(facts)) {
      if (source !== 'none') return queryFor(`relation-use-mariadb-${source}`, facts);
      return has(facts, 'sessions.details') ? queryFor('relation-use-mariadb', facts) : NO_SESSIONS;
    }
    if (source === 'none')
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
  toRecords(rows, { atMs, relation }) {
    const table = rows.find(({ row_kind }) => row_kind === 'table');
    if (table === undefined) return {};
    return {
      relationUse: {
        relation: String(table.relation),
        atMs,
        requests: numberOf(table.requests as number | string | null),
        clients: Number(table.clients),
        locks: relationLocks(rows, partsOf(relation ?? '')),
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
