import { readFile, stat } from 'node:fs/promises';

export interface PgpassKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password, or why there is none. */
export type PgpassAnswer =
  | { readonly password: string }
  | { readonly password: null; readonly why: string; readonly remedy: string | null };

/** Directories that libpq builds have as their default; for them the file says `localhost`. */
const DEFAULT_SOCKET_DIRECTORIES = ['/tmp', '/var/run/postgresql', '/run/postgresql'];

/** Password of the first matching line of a .pgpass file, as libpq reads it; a file that others may read is ignored. */
export async function passwordFromPgpass(path: string, key: PgpassKey): Promise<PgpassAnswer> {
  const none = (why: string, remedy: string | null = null) => ({ password: null, why, remedy });
  try {
    const found = await stat(path);
    if (!found.isFile()) return none(`${path} is not a plain file`);
    if ((found.mode & 0o077) !== 0)
      return none(`${path} is ignored: others may read it`, `chmod 600 ${path}`);
    const password = matchPgpass(await readFile(path, 'utf8'), key);
    return password === null ? none(`no line of ${path} matches`) : { password };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return none(code === 'ENOENT' ? `there is no ${path}` : `${path} cannot be read (${code})`);
  }
}

/**
 * `host:port:database:user:password`; a field that is `*` matches all; `\:` and `\\` are literal. As in libpq's
 * passwordFromFile an unescaped colon ends the password, and the default socket directory is `localhost`.
 */
export function matchPgpass(text: string, key: PgpassKey): string | null {
  const hosts = [key.host, ...(DEFAULT_SOCKET_DIRECTORIES.includes(key.host) ? ['localhost'] : [])];
  const wanted = [hosts, [String(key.port)], [key.database], [key.user]];
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = splitFields(line);
    const password = fields[4];
    if (password === undefined) continue;
    const matches = wanted.every(
      (values, index) => fields[index] === '*' || values.includes(unescaped(fields[index] as string)),
    );
    if (matches) return unescaped(password);
  }
  return null;
}

/** At unescaped colons; the escapes stay, because `\*` is a star and `*` is anything. */
function splitFields(line: string): string[] {
  return line.match(/(?<=^|:)(?:\\.|[^:\\]|\\$)*/g) ?? [];
}

function unescaped(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}
