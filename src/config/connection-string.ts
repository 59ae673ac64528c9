import type { TlsOptions } from '../core/engine.js';
import { ENGINE_ALIASES, type EngineName } from '../core/engine-name.js';
import { DbvitalsError } from '../core/errors.js';

export interface ParsedConnection {
  readonly engine: EngineName;
  readonly host: string;
  readonly port: number | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: TlsOptions;
  /** Name of an entry of libpq's service file, which `expandService` fills in, and the file if it is named. */
  readonly service: string | null;
  readonly serviceFile: string | null;
}

export const TLS_MODES = [
  'disable',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const satisfies readonly TlsOptions['mode'][];

/**
 * A connection URL as libpq has them: percent-encoding, `?host=` for Unix sockets, `sslmode`, `sslrootcert`, `sslcert`,
 * `sslkey`, `service`, `servicefile`. Throws USAGE; the message never repeats the text, because there may be a password in it.
 */
export function parseConnectionString(text: string): ParsedConnection {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused(
      'it is not a URL',
      'write it as postgresql://user@host:5432/database; encode special characters (%40 for @)',
    );
  }
  const engine = ENGINE_ALIASES[url.protocol.replace(/:$/, '')];
  if (engine === undefined)
    throw refused(`its scheme "${url.protocol.slice(0, 20)}" is no known engine`, 'use postgresql://');
  if (url.host.includes(','))
    throw refused('it names several hosts', 'add each server as an instance of its own');
  const parameter = (name: string) => url.searchParams.get(name);
  const mode = (parameter('sslmode') ?? 'prefer') as TlsOptions['mode'];
  if (!TLS_MODES.includes(mode)) throw refused('its sslmode is not known', `one of ${TLS_MODES.join(', ')}`);
  return {
    engine,
    host: parameter('host') ?? (decode(url.hostname).replace(/^\[|\]$/g, '') || 'localhost'),
    port: numberOf(url.port) ?? numberOf(parameter('port')),
    database: decode(url.pathname.replace(/^\//, '')) || parameter('dbname'),
    user: decode(url.username) || parameter('user'),
    password: decode(url.password) || parameter('password'),
    tls: {
      mode,
      caFile: parameter('sslrootcert'),
      certFile: parameter('sslcert'),
      keyFile: parameter('sslkey'),
    },
    service: parameter('service'),
    serviceFile: parameter('servicefile'),
  };
}

/** The same text without its password, and the password. */
export function splitSecret(text: string): { readonly url: string; readonly password: string | null } {
  const { password } = parseConnectionString(text);
  const url = new URL(text);
  url.password = '';
  url.searchParams.delete('password');
  return { url: url.toString(), password };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused('a percent sign in it is not followed by two hex digits', 'write %25 for a percent sign');
  }
}

function numberOf(text: string | null): number | null {
  return text === null || text === '' ? null : Number(text);
}

function refused(why: string, remedy: string): DbvitalsError {
  return new DbvitalsError('USAGE', `the connection string cannot be used: ${why}`, { remedy });
}
