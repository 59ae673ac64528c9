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

const NEWEST = '18';
/** Probes whose files are numbered by the version of pg_stat_statements (`1.11` is 111), not by the server's. */
const EXTENSION_VERSIONS = 100;

/** What a server of this version could be sent: of each name the one that serves it, and all of the extension's. */
export function queriesFor(_product: string, version: string | null): readonly SelectedQuery[] {
  const major = Number.parseInt(version ?? NEWEST, 10);
  return Object.values(QUERIES).flatMap((queries: readonly SelectedQuery[]) => {
    const found = queries.find(({ since }) => since <= major);
    return queries[0] !== undefined && queries[0].since >= EXTENSION_VERSIONS ? queries : (found ?? []);
  });
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
