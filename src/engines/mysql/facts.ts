import type { CallContext, Connection } from '../../core/engine.js';
import { DbvitalsError } from '../../core/errors.js';
import type { InstanceFacts } from '../../core/facts.js';
import type { SelectedQuery } from '../../core/probe.js';
import type { Row } from '../../core/row.js';
import { capabilitiesOf } from './capabilities.js';
import { keepForeignKeys } from './foreign-keys.js';
import { readLockSources } from './locks/sources.js';
import { QUERIES } from './queries.generated.js';
import { readOnlyProof } from './read-only.js';
import { flavourQuery } from './select.js';
import { userLimits } from './user-limits.js';
import { parseVersion, type ServerVersion } from './version.js';

/** Rows, or null where the account may not ask or somebody holds a lock on the table (`lock_wait_timeout` is 1 s). */
type Attempt = (query: SelectedQuery) => Promise<readonly Row[] | null>;

/** Reads what is true of the server once per connection. `ownThreadKnown`: the server told our session's thread. */
export async function readFacts(
  connection: Pick<Connection, 'query'>,
  server: ServerVersion,
  context: CallContext,
  ownThreadKnown: boolean,
): Promise<InstanceFacts> {
  const ask = (query: SelectedQuery) => connection.query(query, [], context);
  const attempt: Attempt = (query) => ask(query).catch(unlessLost);
  const sentMs = Date.now();
  const [row] = await ask(must(flavourQuery('facts', server)));
  const answeredMs = Date.now();
  if (row === undefined) throw new Error('the server described nothing');
  const settings = pairs(await ask(QUERIES.settings[0]));
  const product = parseVersion(String(row.version), settings.version_comment ?? '', settings.aurora_version);
  const { flavour, versionNumber } = product;
  const grants = (await ask(QUERIES.grants[0])).map((grant) => String(Object.values(grant)[0]));
  const session = pairs(await ask(QUERIES['session-settings'][0]));
  const following = await attempt(must(flavourQuery('replica-status', server)));
  const limits = await attempt(QUERIES['user-limits'][0]);
  const lockSources = await readLockSources(attempt);
  const foreignKeys = await attempt(must(flavourQuery('foreign-keys', product)));
  const nowMs = Number(row.now_ms);
  const replica = following === null ? settings.read_only === 'ON' : following.length > 0;
  const facts: InstanceFacts = {
    engine: 'mysql',
    ...product,
    role: replica ? 'replica' : 'primary',
    identity: settings.server_uuid ?? settings.server_uid ?? null,
    startedAtMs: Number(row.started_s) * 1000,
    maxConnections: Number(settings.max_connections ?? 0),
    // One connection beyond max_connections is kept for accounts with SUPER or CONNECTION ADMIN.
    reservedConnections: 0,
    userLimits: userLimits(limits ?? [], Number(settings.max_user_connections ?? 0)),
    dataDirectory: settings.datadir?.replace(/\/$/, '') ?? null,
    settings,
    extensions: lockSources,
    capabilities: capabilitiesOf({
      account: quotedAccount(String(row.account)),
      mariadb: flavour === 'mariadb',
      versionNumber,
      settings,
      grants,
      consumers: await readConsumers(attempt),
      ownThreadKnown,
      roleKnown: following !== null,
      userLimitsKnown: limits !== null,
      digestsLost: await lostDigests(attempt),
      lockSources,
    }),
    readOnly: readOnlyProof(
      grants,
      (session.transaction_read_only ?? session.tx_read_only) === 'ON',
      flavour === 'mariadb',
    ),
    clockOffsetMs: nowMs - (sentMs + answeredMs) / 2,
    clockErrorMs: (answeredMs - sentMs) / 2,
  };
  keepForeignKeys(facts, foreignKeys ?? []);
  return facts;
}

function unlessLost(error: unknown): null {
  if (error instanceof DbvitalsError && ['CLOSED', 'CONNECTION_LOST'].includes(error.code)) throw error;
  return null;
}

function must(query: ReturnType<typeof flavourQuery>): SelectedQuery {
  if ('unavailable' in query) throw new DbvitalsError('ENGINE_UNSUPPORTED', query.unavailable);
  return query;
}

async function lostDigests(attempt: Attempt): Promise<number> {
  const { Performance_schema_digest_lost: lost } = pairs((await attempt(QUERIES['digest-lost'][0])) ?? []);
  return Number(lost ?? 0);
}

/** `user@host` as a GRANT takes it; the host part has no `@`. */
function quotedAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)]
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join('@');
}

/** Null where performance_schema is off or may not be read. */
async function readConsumers(attempt: Attempt): Promise<ReadonlyMap<string, boolean> | null> {
  const rows = await attempt(QUERIES.consumers[0]);
  if (rows === null || rows.length === 0) return null;
  return new Map(rows.map(({ name, enabled }) => [String(name), enabled === 'YES']));
}

/** Rows of SHOW VARIABLES and SHOW STATUS. */
function pairs(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ Variable_name, Value }) => [String(Variable_name), String(Value)]));
}
