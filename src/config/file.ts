import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Document, isMap, LineCounter, parseDocument, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { DbvitalsError } from '../core/errors.js';
import { parseConnectionString } from './connection-string.js';
import { chosen, connectionFields, urlOfFields } from './fields.js';
import { parseDuration, parseSize } from './units.js';

const passwordSource = z.union([
  z.strictObject({ command: z.union([z.string(), z.array(z.string()).min(1)]) }),
  z.strictObject({ keyring: z.literal(true) }),
  z.strictObject({ vault: z.literal(true) }),
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  z.strictObject({ pgpass: z.literal(true) }),
]);

const readable = (read: (text: string) => unknown, what: string) =>
  z.string().refine((text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  }, what);

/** Reached by a URL, or by its parts, which come out as one. */
const instance = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, '1 to 64 letters, digits, dots, dashes or underscores'),
    password: passwordSource.optional(),
    /** Admin console of a pooler in front of it. */
    pooler: readable(
      parseConnectionString,
      'a connection URL such as postgresql://stats@host:6432/pgbouncer',
    ).optional(),
    url: readable(
      parseConnectionString,
      'a connection URL such as postgresql://monitor@host:5432/postgres',
    ).optional(),
    ...connectionFields,
  })
  .transform(({ name, url, password, pooler, ...fields }, context) => {
    const problem = chosen(url, fields);
    if (problem !== null) context.addIssue(problem);
    return {
      name,
      url: url ?? (fields.type === undefined ? '' : urlOfFields({ ...fields, type: fields.type })),
      ...(password === undefined ? {} : { password }),
      ...(pooler === undefined ? {} : { pooler }),
    };
  });

const schema = z.strictObject({
  dataDir: z.string().optional(),
  retention: z
    .strictObject({
      age: readable(parseDuration, 'a duration such as 7d').optional(),
      bytes: readable(parseSize, 'a size such as 4GB').optional(),
    })
    .optional(),
  budgetPercent: z.number().positive().max(100).optional(),
  instances: z.array(instance).default([]),
});

export type Config = z.infer<typeof schema>;
export type InstanceConfig = z.infer<typeof instance>;
export type PasswordSource = z.infer<typeof passwordSource>;

export function defaultConfigPath(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return env.DBVITALS_CONFIG ?? join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'dbvitals/config.yaml');
}

/**
 * A missing file is an empty configuration, unless it must be there. Rejects with CONFIG_INVALID (every problem with its
 * line), CONFIG_SECRET or CONFIG_PERMISSIONS.
 */
export async function loadConfig(path: string, mustExist = false): Promise<Config> {
  const text = await readConfig(path);
  if (text !== null) return check(path, text).config;
  if (!mustExist) return { instances: [] };
  throw new DbvitalsError('CONFIG_INVALID', `there is no file ${path}`, {
    remedy: `dbvitals add NAME URL --config ${path} makes it`,
  });
}

/** Adds an instance; the rest of the file, comments included, stays as it is. */
export async function addInstance(path: string, added: InstanceConfig): Promise<void> {
  await change(path, (document, config) => {
    if (config.instances.some(({ name }) => name === added.name)) {
      throw new DbvitalsError('INSTANCE_EXISTS', `there is an instance ${added.name} already`, {
        remedy: `dbvitals remove ${added.name}`,
      });
    }
    const list = document.get('instances');
    if (list === undefined || list === null) document.set('instances', [added]);
    else (list as YAMLSeq).add(document.createNode(added));
  });
}

export async function removeInstance(path: string, name: string): Promise<void> {
  await change(path, (document, config) => {
    const index = config.instances.findIndex((each) => each.name === name);
    if (index < 0) {
      const known = config.instances.map((each) => each.name).join(', ');
      throw new DbvitalsError('INSTANCE_UNKNOWN', `there is no instance ${name.slice(0, 64)}`, {
        remedy: `known: ${known || 'none'}`,
      });
    }
    document.deleteIn(['instances', index]);
  });
}

async function change(path: string, edit: (document: Document, config: Config) => void): Promise<void> {
  const { document, config } = check(path, (await readConfig(path)) ?? '');
  if (document.contents === null) document.contents = document.createNode({}) as never;
  edit(document, config);
  await writeAtomically(path, document.toString());
}

async function readConfig(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      throw new DbvitalsError('CONFIG_PERMISSIONS', `${path} can be read by others`, {
        remedy: `chmod 600 ${path}`,
      });
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function check(path: string, text: string): { document: Document; config: Config } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${path}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw invalid(document.errors.map((error) => `${at(error.pos[0])}: ${error.message.split('\n')[0]}`));
  }
  refuseSecrets(document, path, at);
  const parsed = schema.safeParse(plainValue(document, path));
  if (parsed.success) return { document, config: parsed.data };
  throw invalid(
    parsed.error.issues.map((issue) => {
      const node = document.getIn(issue.path as (string | number)[], true) as
        | { range?: [number] }
        | undefined;
      return `${at(node?.range?.[0])}: ${issue.path.join('.') || 'the file'}: ${issue.message}`;
    }),
  );
}

/** Aliases are bounded: a few lines of YAML can mean gigabytes. */
function plainValue(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 }) ?? {};
  } catch (error) {
    throw invalid([`${path}: ${(error as Error).message}`]);
  }
}

/** Before anything else, so that no other message can quote one. */
function refuseSecrets(document: Document, path: string, at: (offset: number | undefined) => string): void {
  const list = document.get('instances') as YAMLSeq | undefined;
  for (const item of list?.items ?? []) {
    if (!isMap(item)) continue;
    const name = String(item.get('name') ?? 'NAME');
    const literal =
      typeof item.get('password') === 'string' ||
      ['url', 'pooler'].some((key) => hasPassword(String(item.get(key) ?? '')));
    if (!literal) continue;
    throw new DbvitalsError(
      'CONFIG_SECRET',
      `${at(item.range?.[0])}: the password of ${name} stands in the file`,
      {
        remedy: `remove it from ${path}, then: dbvitals remove ${name}; dbvitals add ${name} URL --password-stdin`,
      },
    );
  }
}

function hasPassword(url: string): boolean {
  try {
    return parseConnectionString(url).password !== null;
  } catch {
    return /:\/\/[^/@]*:[^/@]*@/.test(url);
  }
}

function invalid(problems: readonly string[]): DbvitalsError {
  return new DbvitalsError('CONFIG_INVALID', problems.join('\n'), {
    remedy: 'see docs/configuration.md for every key',
  });
}

/** Written aside with mode 0600 and renamed: a crash leaves the old file or the new one. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
    await file.close();
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
