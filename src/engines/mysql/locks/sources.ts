import type { InstanceFacts } from '../../../core/facts.js';
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
