import { readFile, stat } from 'node:fs/promises';

export interface PgpassKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Password of the first matching line of a .pgpass file, as libpq reads it; a file that others may read is ignored. */
export async function passwordFromPgpass(path: string, key: PgpassKey): Promise<string | null> {
  try {
    if (((await stat(path)).mode & 0o077) !== 0) return null;
    return matchPgpass(await readFile(path, 'utf8'), key);
  } catch {
    return null;
  }
}

/** `host:port:database:user:password`; `*` matches all; `\:` and `\\` are literal. A socket directory is `localhost` too. */
export function matchPgpass(text: string, key: PgpassKey): string | null {
  const wanted = [
    key.host.startsWith('/') ? 'localhost' : key.host,
    String(key.port),
    key.database,
    key.user,
  ];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = splitFields(line);
    if (fields.length < 5) continue;
    const matches = wanted.every(
      (value, index) =>
        fields[index] === '*' || fields[index] === value || (index === 0 && fields[0] === key.host),
    );
    if (matches) return fields.slice(4).join(':');
  }
  return null;
}

function splitFields(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '\\' && at + 1 < line.length) {
      at += 1;
      field += line[at];
    } else if (line[at] === ':' && fields.length < 4) {
      fields.push(field);
      field = '';
    } else field += line[at];
  }
  return [...fields, field];
}
