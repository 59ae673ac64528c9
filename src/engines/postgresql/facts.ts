import type { Capability } from '../../core/capability.js';
import type { CallContext, Connection } from '../../core/engine.js';
import type { InstanceFacts, ReadOnlyProof } from '../../core/facts.js';
import type { SelectedQuery } from '../../core/probe.js';
import type { Row } from '../../core/row.js';
import { capabilitiesOf } from './capabilities.js';
import { QUERIES } from './queries.generated.js';
import { type FactsRow, type PrivilegesRow, readOnlyProof } from './read-only.js';

/** Reads what is true of the server once per connection: three round trips. */
export async function readFacts(
  connection: Pick<Connection, 'query'>,
  context: CallContext,
): Promise<InstanceFacts> {
  const ask = (query: SelectedQuery) => connection.query(query, [], context);
  const sentMs = Date.now();
  const [row] = (await ask(QUERIES.facts[0])) as unknown as FactsRow[];
  const answeredMs = Date.now();
  const settings = settingsOf(await ask(QUERIES.settings[0]));
  const [privileges] = (await ask(QUERIES.privileges[0])) as unknown as PrivilegesRow[];
  if (row === undefined) throw new Error('the server described nothing');
  const readOnly = readOnlyProof(row, privileges);
  return {
    ...factsOf(row, settings, readOnly, capabilitiesOf(row, settings)),
    clockOffsetMs: row.now_ms - (sentMs + answeredMs) / 2,
    clockErrorMs: (answeredMs - sentMs) / 2,
  };
}

/** Pure part of readFacts. */
export function factsOf(
  row: FactsRow,
  settings: Readonly<Record<string, string>>,
  readOnly: ReadOnlyProof,
  capabilities: readonly Capability[],
): Omit<InstanceFacts, 'clockOffsetMs' | 'clockErrorMs'> {
  return {
    engine: 'postgresql',
    flavour: /aurora/i.test(row.banner) ? 'aurora-postgresql' : 'postgresql',
    version: row.version.split(' ')[0] ?? row.version,
    versionNumber: row.version_number,
    role: row.in_recovery ? 'replica' : 'primary',
    identity: row.system_identifier,
    startedAtMs: row.started_at_ms,
    maxConnections: row.max_connections,
    reservedConnections: row.reserved_connections,
    dataDirectory: row.data_directory,
    settings,
    extensions: row.statements_version === null ? {} : { pg_stat_statements: row.statements_version },
    capabilities,
    readOnly,
  };
}

function settingsOf(rows: readonly Row[]): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.map(({ name, setting }) => [String(name), String(setting)]));
}
