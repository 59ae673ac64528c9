import type { InstanceFacts } from '../../../core/facts.js';
import type { SelectedQuery } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import { QUERIES } from '../queries.generated.js';
import { isMariadb } from '../select.js';

/** Names under which facts.extensions keeps what was found at connect. */
export const MDL_INSTRUMENT = 'wait/lock/metadata/sql/mdl';
export const MDL_PLUGIN = 'METADATA_LOCK_INFO';

/** Where metadata locks are to be read. */
export function metadataSource(
  facts: Pick<InstanceFacts, 'extensions' | 'flavour'>,
): 'schema' | 'plugin' | 'none' {
  if (facts.extensions[MDL_INSTRUMENT] !== undefined) return 'schema';
  return isMariadb(facts) && facts.extensions[MDL_PLUGIN] !== undefined ? 'plugin' : 'none';
}

/** What is switched on or loaded, as names to states; asked once. `attempt` gives null where it may not be read. */
export async function readLockSources(
  attempt: (query: SelectedQuery) => Promise<readonly Row[] | null>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const query of [QUERIES['lock-plugins'][0], QUERIES['lock-instruments'][0]])
    for (const { name, state } of (await attempt(query)) ?? []) found[String(name)] = String(state);
  return found;
}
