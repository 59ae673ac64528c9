import type { CallContext, Connection } from '../../core/engine.js';
import type { InstanceFacts } from '../../core/facts.js';
import type { SelectedQuery } from '../../core/probe.js';
import type { Row } from '../../core/row.js';
import { capabilitiesOf } from './capabilities.js';
import { QUERIES } from './queries.generated.js';
import { readOnlyProof } from './read-only.js';
import { parseVersion } from './version.js';

/** Reads what is true of the server once per connection. `ownThreadKnown`: the server told our session's thread. */
export async function readFacts(
  connection: Pick<Connection, 'query'>,
  context: CallContext,
  ownThreadKnown: boolean,
): Promise<InstanceFacts> {
  const ask = (query: SelectedQuery) => connection.query(query, [], context);
  const sentMs = Date.now();
  const [row] = await ask(QUERIES.facts[0]);
  const answeredMs = Date.now();
  if (row === undefined) throw new Error('the server described nothing');
  const settings = pairs(await ask(QUERIES.settings[0]));
  const grants = (await ask(QUERIES.grants[0])).map((grant) => String(Object.values(grant)[0]));
  const session = pairs(await ask(QUERIES['session-settings'][0]));
  const uptime = Number(pairs(await ask(QUERIES.uptime[0])).Uptime ?? 0);
  const consumers = await readConsumers(ask);
  const { flavour, version, number } = parseVersion(
    String(row.version),
    settings.version_comment ?? '',
    settings.aurora_version,
  );
  const nowMs = Number(row.now_ms);
  return {
    engine: 'mysql',
    flavour,
    version,
    versionNumber: number,
    role: settings.read_only === 'ON' ? 'replica' : 'primary',
    identity: settings.server_uuid ?? settings.server_uid ?? null,
    startedAtMs: Math.round(nowMs / 1000 - uptime) * 1000,
    maxConnections: Number(settings.max_connections ?? 0),
    // One connection beyond max_connections is kept for accounts with SUPER or CONNECTION ADMIN.
    reservedConnections: 0,
    dataDirectory: settings.datadir?.replace(/\/$/, '') ?? null,
    settings,
    extensions: {},
    capabilities: capabilitiesOf({
      mariadb: flavour === 'mariadb',
      settings,
      grants,
      consumers,
      ownThreadKnown,
    }),
    readOnly: readOnlyProof(grants, (session.transaction_read_only ?? session.tx_read_only) === 'ON'),
    clockOffsetMs: nowMs - (sentMs + answeredMs) / 2,
    clockErrorMs: (answeredMs - sentMs) / 2,
  };
}

/** Null where performance_schema is off or may not be read. */
async function readConsumers(
  ask: (query: SelectedQuery) => Promise<readonly Row[]>,
): Promise<ReadonlyMap<string, boolean> | null> {
  try {
    const rows = await ask(QUERIES.consumers[0]);
    return new Map(rows.map(({ name, enabled }) => [String(name), enabled === 'YES']));
  } catch {
    return null;
  }
}

/** Rows of SHOW VARIABLES and SHOW STATUS. */
function pairs(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ Variable_name, Value }) => [String(Variable_name), String(Value)]));
}
