import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SelectedQuery } from '../../src/core/probe.js';
import { QUERIES } from '../../src/engines/mysql/queries.generated.js';
import { queriesFor, servesFlavour } from '../../src/engines/mysql/select.js';

interface Documented {
  readonly since: number;
  readonly until?: number;
  readonly columns?: Readonly<Record<string, number>>;
}
const { recorded, documented } = JSON.parse(
  readFileSync(new URL('../fixtures/mysql/columns.json', import.meta.url), 'utf8'),
) as {
  recorded: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  documented: Readonly<Record<'mysql' | 'mariadb', Readonly<Record<string, Documented>>>>;
};

describe('statements against the catalogs of servers', () => {
  it.each(Object.keys(recorded))('name only what %s has', (server) => {
    const [product = '', version = ''] = server.split(' ');
    const catalog = recorded[server] ?? {};
    const queries = queriesFor(product, version);
    expect(queries.length).toBeGreaterThan(10);
    const missing = queries.flatMap(({ file, sql }) =>
      columnsOf(sql).flatMap(({ relation, column }) =>
        column === null || (catalog[relation] ?? []).includes(column)
          ? []
          : [`${file}: ${relation}.${column}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  it.each(['mysql', 'mariadb'] as const)('of %s name nothing that is younger than their file', (product) => {
    const known = documented[product];
    const young = Object.entries(QUERIES)
      .filter(([name]) => servesFlavour(name, product))
      .flatMap(([, queries]) => queries as readonly SelectedQuery[])
      .flatMap(({ file, since, sql }) =>
        columnsOf(sql).flatMap(({ relation, column }) => {
          const first = known[relation]?.columns?.[column ?? ''] ?? known[relation]?.since;
          if (first === undefined)
            return file.includes(product) ? [`${file}: ${relation} is not documented`] : [];
          const gone = (known[relation]?.until ?? Number.POSITIVE_INFINITY) <= since;
          return first <= since && !gone ? [] : [`${file}: ${relation}.${column} is of ${first}`];
        }),
      );
    expect(young).toEqual([]);
  });

  it.each([
    ['mysql', '5.7.44', 'sessions-mysql/50709.sql'],
    ['mysql', '8.0.21', 'sessions-mysql/50709.sql'],
    ['mysql', '8.0.22', 'sessions-mysql/80022.sql'],
    ['mysql', '8.4.3', 'replica-status-mysql/80022.sql'],
    ['mysql', '5.7.44', 'replica-status-mysql/50700.sql'],
    ['mariadb', '10.6.20', 'session-mariadb/100600.sql'],
    ['mariadb', '11.4.2', 'session-mariadb/110101.sql'],
  ])('%s %s gets %s', (product, version, file) => {
    expect(queriesFor(product, version).map((query) => query.file)).toContain(file);
  });
});

/** `schema.relation AS alias` and `alias.column`; a relation without an alias is there with no column to check. */
function columnsOf(sql: string): { relation: string; column: string | null }[] {
  const aliases = new Map<string, string>();
  const relations: string[] = [];
  const from = /\b(?:FROM|JOIN)\s+((?:performance_schema|information_schema|mysql)\.\w+)(?:\s+AS\s+(\w+))?/gi;
  // Each SELECT of a UNION has aliases of its own; ours never give one name to two relations.
  for (const [, relation = '', alias] of sql.matchAll(from)) {
    relations.push(relation.toLowerCase());
    if (alias !== undefined) aliases.set(alias, relation.toLowerCase());
  }
  const named = [...sql.matchAll(/\b(\w+)\.(\w+)\b/g)].flatMap(([, alias = '', column = '']) => {
    const relation = aliases.get(alias);
    return relation === undefined ? [] : [{ relation, column: column.toUpperCase() }];
  });
  return [...relations.map((relation) => ({ relation, column: null })), ...named];
}
