import { readFile } from 'node:fs/promises';
import { DbvitalsError } from '../core/errors.js';
import { parseConnectionString } from './connection-string.js';

/** What of a service applies to a monitor; the other keywords of libpq are for other clients and are passed over. */
const KEYWORDS = ['host', 'port', 'dbname', 'user', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;

export interface ExpandedConnection {
  /** The connection string with what the service adds; no password. */
  readonly url: string;
  /** The service's password, if it holds one. */
  readonly password: string | null;
}

/**
 * Fills in `?service=NAME` of a connection string from libpq's service files: the one that `servicefile=` names, else
 * the first of `files` that has the entry. What the string itself says wins. https://www.postgresql.org/docs/current/libpq-pgservice.html
 * Rejects with CONFIG_INVALID when there is no such entry or the file is not valid.
 */
export async function expandService(
  connectionString: string,
  files: readonly string[],
): Promise<ExpandedConnection> {
  const { service, serviceFile, host: _, ...given } = parseConnectionString(connectionString);
  if (service === null) return { url: connectionString, password: null };
  const candidates = serviceFile === null ? files : [serviceFile];
  for (const path of candidates) {
    const text = await readFile(path, 'utf8').catch(() => null);
    const settings = text === null ? null : parseService(text, service, path);
    if (settings !== null) return expanded(connectionString, given, settings);
  }
  throw new DbvitalsError('CONFIG_INVALID', `there is no service ${service.slice(0, 64)}`, {
    remedy: `add [${service.slice(0, 64)}] to ${candidates.join(' or ') || 'a service file and name it with servicefile='}`,
  });
}

/** The settings of one entry; null when the file has none of that name. */
export function parseService(
  text: string,
  service: string,
  path: string,
): ReadonlyMap<string, string> | null {
  const settings = new Map<string, string>();
  let group: string | null = null;
  let found = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      // The first entry of a name is the one that counts.
      if (found && group === service) break;
      group = line.replace(/^\[|\].*$/g, '');
      found ||= group === service;
    } else if (group === service) {
      const [, key = '', value = ''] =
        /^([a-z_]+)=(.*)$/.exec(line) ?? invalid(path, index + 1, 'no key=value');
      if (key === 'service' || key === 'servicefile')
        invalid(path, index + 1, 'a service cannot name another one');
      if (!settings.has(key)) settings.set(key, value.trim());
    }
  }
  return found ? settings : null;
}

function expanded(
  connectionString: string,
  given: Partial<ReturnType<typeof parseConnectionString>>,
  settings: ReadonlyMap<string, string>,
): ExpandedConnection {
  const url = new URL(connectionString);
  for (const name of ['service', 'servicefile']) url.searchParams.delete(name);
  const stated: Readonly<Record<string, unknown>> = {
    host: url.hostname === '' ? null : url.hostname,
    port: given.port,
    dbname: given.database,
    user: given.user,
  };
  for (const key of KEYWORDS) {
    // hostaddr is the address that host would be looked up to.
    const value = settings.get(key) ?? (key === 'host' ? settings.get('hostaddr') : undefined);
    if (value !== undefined && (stated[key] ?? null) === null && !url.searchParams.has(key))
      url.searchParams.set(key, value);
  }
  return { url: url.toString(), password: settings.get('password') ?? null };
}

function invalid(path: string, line: number, why: string): never {
  throw new DbvitalsError('CONFIG_INVALID', `${path}:${line}: ${why}`, {
    remedy: 'see https://www.postgresql.org/docs/current/libpq-pgservice.html',
  });
}
