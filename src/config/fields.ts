import { z } from 'zod';
import { TLS_MODES } from './connection-string.js';

/** What would be another part of a URL (`@`, `/`, `?`) is no part of a name. */
const HOST = /^(\/.+|[\p{L}\p{N}._-]+|[0-9a-f:.]+)$/iu;

/** The parts of a connection, for who does not want to write them as a URL. */
export const connectionFields = {
  type: z.enum(['postgresql', 'mysql', 'mariadb', 'oracle', 'sqlserver']).optional(),
  /** Name, address, or the path of a Unix socket. */
  host: z.string().regex(HOST, 'a host name, an address, or the path of a Unix socket').optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  user: z.string().min(1).optional(),
  database: z.string().min(1).optional(),
  tls: z
    .strictObject({
      mode: z.enum(TLS_MODES).optional(),
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
    })
    .optional(),
};

const shape = z.strictObject(connectionFields);
type Given = z.infer<typeof shape>;
export type ConnectionFields = Given & { readonly type: NonNullable<Given['type']> };

/** What is wrong with a URL and parts beside it; null where one of both is there and can be used. */
export function misfit(url: string | undefined, fields: unknown): string | null {
  const parsed = shape.safeParse(fields);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return chosen(url, parsed.data);
}

/** The same of parts that are valid. */
export function chosen(url: string | undefined, fields: Given): string | null {
  const named = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (url !== undefined) return named.length === 0 ? null : `either url, or ${named.join(', ')} without it`;
  return fields.type === undefined ? 'needs a url, or a type with host, port, user, database and tls' : null;
}

/** One way to say it: everything else reads a connection URL. */
export function urlOfFields({
  type,
  host = 'localhost',
  port,
  user,
  database,
  tls = {},
}: ConnectionFields): string {
  const socket = host.startsWith('/');
  const url = new URL(`${type}://${socket ? 'localhost' : host.includes(':') ? `[${host}]` : host}`);
  if (port !== undefined) url.port = String(port);
  if (user !== undefined) url.username = encodeURIComponent(user);
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  if (socket) url.searchParams.set('host', host);
  return withTls(url.toString(), tls);
}

/** The same connection with these instead of what its URL says of TLS. */
export function withTls(text: string, { mode, ca, cert, key }: NonNullable<ConnectionFields['tls']>): string {
  const url = new URL(text);
  const parameters = { sslmode: mode, sslrootcert: ca, sslcert: cert, sslkey: key };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.toString();
}
