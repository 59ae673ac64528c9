import type { InstanceFacts } from '../../core/facts.js';
import type { SelectedQuery, Unavailable } from '../../core/probe.js';
import { QUERIES } from './queries.generated.js';

export type QueryName = keyof typeof QUERIES;

/** The statement of a probe for a server of this version, or why there is none. */
export function queryFor(
  name: QueryName,
  facts: Pick<InstanceFacts, 'versionNumber'>,
): SelectedQuery | Unavailable {
  return pick(
    name,
    Math.floor(facts.versionNumber / 10_000),
    `PostgreSQL ${Math.floor(facts.versionNumber / 10_000)}`,
  );
}

/** The same by the version of the extension pg_stat_statements: `1.11` is 111. */
export function statementsQueryFor(name: QueryName, extensionVersion: string): SelectedQuery | Unavailable {
  const [major = '0', minor = '0'] = extensionVersion.split('.');
  return pick(name, Number(major) * 100 + Number(minor), `pg_stat_statements ${extensionVersion}`);
}

export function allQueries(): readonly SelectedQuery[] {
  return Object.values(QUERIES).flat();
}

function pick(name: QueryName, version: number, what: string): SelectedQuery | Unavailable {
  const queries: readonly SelectedQuery[] = QUERIES[name];
  const found = queries.find(({ since }) => since <= version);
  if (found !== undefined) return found;
  return {
    unavailable: `${what} has no ${name}; it came with ${queries.at(-1)?.since}`,
    remedy: 'upgrade the server',
  };
}
