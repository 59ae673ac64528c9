import type { InstanceFacts } from '../../core/facts.js';
import type { SelectedQuery, Unavailable } from '../../core/probe.js';
import { QUERIES } from './queries.generated.js';

export type QueryName = keyof typeof QUERIES;

/** The statement for a server of this version, or why there is none. */
export function queryFor(
  name: QueryName,
  { versionNumber, version }: Pick<InstanceFacts, 'versionNumber' | 'version'>,
): SelectedQuery | Unavailable {
  const queries: readonly SelectedQuery[] = QUERIES[name];
  const found = queries.find(({ since }) => since <= versionNumber);
  if (found !== undefined) return found;
  return { unavailable: `${version} has no ${name}`, remedy: 'upgrade the server' };
}

/** Where the two flavours have views of their own: `<name>-mysql` and `<name>-mariadb`. */
export function flavourQuery(
  name:
    | 'counters-innodb'
    | 'facts'
    | 'foreign-keys'
    | 'own-thread'
    | 'replica-status'
    | 'session'
    | 'statements',
  facts: Pick<InstanceFacts, 'versionNumber' | 'version' | 'flavour'>,
): SelectedQuery | Unavailable {
  return queryFor(`${name}-${isMariadb(facts) ? 'mariadb' : 'mysql'}`, facts);
}

export function isMariadb({ flavour }: Pick<InstanceFacts, 'flavour'>): boolean {
  return flavour === 'mariadb';
}

export function hasPerformanceSchema({ settings }: Pick<InstanceFacts, 'settings'>): boolean {
  return settings.performance_schema === 'ON';
}

/** A capability that was found at connect. */
export function has({ capabilities }: Pick<InstanceFacts, 'capabilities'>, name: string): boolean {
  return capabilities.some(({ capability, available }) => capability === name && available);
}

export const NO_PERFORMANCE_SCHEMA: Unavailable = {
  unavailable: 'performance_schema is off',
  remedy: 'performance_schema=ON in the server configuration (takes effect at its next start)',
};

export function allQueries(): readonly SelectedQuery[] {
  return Object.values(QUERIES).flat();
}

/** `<name>-mysql` is MySQL's, `<name>-mariadb…` MariaDB's, and `<name>` is for both unless MariaDB has its own. */
export function servesFlavour(name: string, flavour: 'mysql' | 'mariadb'): boolean {
  if (flavour === 'mysql') return !name.includes('-mariadb');
  return !name.endsWith('-mysql') && !(`${name}-mariadb` in QUERIES);
}

const NEWEST = { mysql: '9.7', mariadb: '11.8' } as const;

/** What a server of this product and version could be sent: of each name the one that serves it. */
export function queriesFor(product: string, version: string | null): readonly SelectedQuery[] {
  const flavour = product === 'mariadb' ? 'mariadb' : 'mysql';
  const [major = 0, minor = 0, patch = 99] = (version ?? NEWEST[flavour]).split('.').map(Number);
  const number = major * 10_000 + minor * 100 + patch;
  return Object.entries(QUERIES).flatMap(([name, queries]) => {
    const found = (queries as readonly SelectedQuery[]).find(({ since }) => since <= number);
    return found === undefined || !servesFlavour(name, flavour) ? [] : [found];
  });
}
