import type { Target } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import { parseConnectionString } from './connection-string.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  postgresql: 5432,
  mysql: 3306,
  oracle: 1521,
  sqlserver: 1433,
};
/** PgBouncer's, and the admin interface of ProxySQL. */
const DEFAULT_POOLER_PORTS: Readonly<Record<string, number>> = { postgresql: 6432, mysql: 6032 };
const DEFAULT_USERS: Readonly<Record<string, string>> = { postgresql: 'postgres', mysql: 'root' };
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** How to reach an instance, from its connection string. The password in it, if any, is what `password` then gives. */
export function targetOf(
  name: string,
  connectionString: string,
  password?: () => Promise<string | null>,
): Target {
  if (!NAME.test(name)) {
    throw new DbvitalsError(
      'USAGE',
      'an instance name is 1 to 64 letters, digits, dots, dashes or underscores',
    );
  }
  const parsed = parseConnectionString(connectionString);
  const user = parsed.user ?? DEFAULT_USERS[parsed.engine] ?? '';
  const inline = parsed.password;
  return {
    name,
    engine: parsed.engine,
    host: parsed.host,
    port: parsed.port ?? (DEFAULT_PORTS[parsed.engine] as number),
    database: parsed.database ?? (parsed.engine === 'postgresql' ? user : ''),
    user,
    password: inline === null ? (password ?? (async () => null)) : async () => inline,
    tls: parsed.tls,
    pooler: null,
  };
}

/** The same with the admin console of a pooler in front of it (`postgresql://user@host:6432/pgbouncer`, `mysql://stats@host:6032`). */
export function withPooler(target: Target, connectionString: string | undefined): Target {
  if (connectionString === undefined) return target;
  const { host, port, user, password } = parseConnectionString(connectionString);
  return {
    ...target,
    pooler: {
      host,
      port: port ?? DEFAULT_POOLER_PORTS[target.engine] ?? 6432,
      user: user ?? target.user,
      password: async () => password,
    },
  };
}
