import {
  addInstance,
  type Config,
  type ConnectionFields,
  expandService,
  type InstanceConfig,
  loadConfig,
  misfit,
  removeInstance,
  splitSecret,
  type TLS_MODES,
  targetOf,
  urlOfFields,
  withTls,
} from '../../config/index.js';
import { DbvitalsError } from '../../core/errors.js';
import { renderTable } from '../../render/table.js';
import { type CommandContext, print, printJson } from '../context.js';
import { askSecret } from '../prompt.js';

interface AddFlags {
  readonly type?: ConnectionFields['type'];
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly database?: string;
  readonly tls?: (typeof TLS_MODES)[number];
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly pooler?: string;
  readonly passwordStdin?: boolean;
  readonly passwordCommand?: string;
  readonly passwordEnv?: string;
  readonly passwordKeyring?: boolean;
  readonly vaultPassphrase?: boolean;
}

/** A password in the URL or on standard input goes to the vault; the file gets the URL without it. */
export async function add(
  context: CommandContext,
  [name = '', given]: readonly string[],
  flags: AddFlags,
): Promise<void> {
  const { url, password: inUrl } = splitSecret(connectionOf(given, flags));
  const pooler = poolerOf(flags);
  targetOf(name, (await expandService(url, context.serviceFiles)).url);
  const place = flags.passwordKeyring ? 'keyring' : 'vault';
  if (flags.vaultPassphrase) await mustBeNew(context);
  const password = flags.passwordStdin ? await passwordTyped(context.signal) : inUrl;
  const source = sourceOf(flags, password);
  const known = context.config.instances.some((instance) => instance.name === name);
  // Before the file: a keyring that cannot be used must not leave an instance without its password.
  if (password !== null && !known) await context.credentials.store(name, password, place);
  await addInstance(context.configPath, {
    name,
    url,
    ...pooler,
    ...(source === undefined ? {} : { password: source }),
  });
  const where = password === null ? '' : `; its password is in the ${place}`;
  await told(context, `added ${name} to ${context.configPath}${where}`);
  if (inUrl !== null) {
    process.stderr.write(
      'dbvitals: the password was on the command line, where `ps` and the shell history see it; --password-stdin avoids that\n',
    );
  }
}

export async function list(context: CommandContext): Promise<void> {
  if (context.options.json) {
    printInstances(context.config);
    return;
  }
  const items = context.config.instances.map(itemOf);
  if (items.length === 0)
    print(['no instance is configured; `dbvitals discover` shows the servers of this host']);
  else {
    const columns = [{ title: 'name' }, { title: 'password from' }, { title: 'url', flexible: true }];
    print(
      renderTable(
        columns,
        items.map((item) => [item.name, item.password, item.url]),
        context.width,
      ),
    );
  }
}

export async function remove(context: CommandContext, [name = '']: readonly string[]): Promise<void> {
  const known = context.config.instances.find((instance) => instance.name === name);
  await removeInstance(context.configPath, name);
  await context.credentials.remove(name, known?.password);
  await told(context, `removed ${name}`);
}

/** In JSON: the instances as they are configured now. */
async function told(context: CommandContext, done: string): Promise<void> {
  if (context.options.json) printInstances(await loadConfig(context.configPath));
  else print([done]);
}

function printInstances({ instances }: Config): void {
  printJson({ schema: 'dbvitals.instances/1', items: instances.map(itemOf) });
}

function itemOf({ name, url, password }: InstanceConfig) {
  return { name, url, password: describe(password) };
}

/** The URL as it was given, or one of the parts; either way with what the flags say of TLS. */
function connectionOf(given: string | undefined, flags: AddFlags): string {
  const { type, host, user, database, tls: mode, tlsCa: ca, tlsCert: cert, tlsKey: key } = flags;
  const fields = {
    type,
    host,
    port: flags.port === undefined ? undefined : Number(flags.port),
    user,
    database,
  };
  const problem = misfit(given, fields);
  if (problem !== null)
    throw new DbvitalsError('USAGE', problem, {
      remedy:
        'dbvitals add NAME postgresql://user@host/database, or dbvitals add NAME --type postgresql --host HOST',
    });
  return withTls(given ?? urlOfFields({ ...fields, type: type as ConnectionFields['type'] }), {
    mode,
    ca,
    cert,
    key,
  });
}

/** Its password is in .pgpass, or the instance's: none belongs into the file. */
function poolerOf({ pooler }: AddFlags): { pooler?: string } {
  if (pooler === undefined) return {};
  const { url, password } = splitSecret(pooler);
  if (password === null) return { pooler: url };
  throw new DbvitalsError('USAGE', 'the URL of the pooler holds a password', {
    remedy:
      'leave it out: its line in .pgpass (database pgbouncer) is used, else the password of the instance',
  });
}

function sourceOf(flags: AddFlags, password: string | null): InstanceConfig['password'] {
  if (flags.passwordCommand !== undefined) return { command: flags.passwordCommand };
  if (flags.passwordEnv !== undefined) return { env: flags.passwordEnv };
  if (flags.passwordKeyring) return { keyring: true };
  return password === null ? undefined : { vault: true };
}

function describe(source: InstanceConfig['password']): string {
  if (source === undefined) return 'vault, service file, PGPASSWORD or .pgpass';
  return Object.keys(source)[0] ?? '';
}

/** The passphrase of a vault is chosen when it is made. */
async function mustBeNew({ credentials }: CommandContext): Promise<void> {
  if ((await credentials.unlock()) !== 'identity') return;
  throw new DbvitalsError('USAGE', 'there is a vault already, and it opens with its identity file', {
    remedy: 'remove vault.age (and add its instances again) to make one with a passphrase',
  });
}

/** Typed without echo at a terminal, else the first line of a pipe. */
async function passwordTyped(signal: AbortSignal): Promise<string> {
  const typed = process.stdin.isTTY ? await askSecret('password: ', signal) : await firstLine();
  if (typed) return typed;
  throw new DbvitalsError('USAGE', 'standard input holds no password');
}

async function firstLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split('\n');
  return line.replace(/\r$/, '');
}
