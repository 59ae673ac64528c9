import {
  addInstance,
  type InstanceConfig,
  removeInstance,
  splitSecret,
  targetOf,
} from '../../config/index.js';
import { DbvitalsError } from '../../core/errors.js';
import { renderTable } from '../../render/table.js';
import { type CommandContext, print, printJson } from '../context.js';

interface AddFlags {
  readonly passwordStdin?: boolean;
  readonly passwordCommand?: string;
  readonly passwordEnv?: string;
}

/** A password in the URL or on standard input goes to the vault; the file gets the URL without it. */
export async function add(
  context: CommandContext,
  [name = '', given = '']: readonly string[],
  flags: AddFlags,
): Promise<void> {
  const { url, password: inUrl } = splitSecret(given);
  targetOf(name, url);
  const password = flags.passwordStdin ? await firstLine() : inUrl;
  const source = sourceOf(flags, password);
  await addInstance(context.configPath, { name, url, ...(source === undefined ? {} : { password: source }) });
  if (password !== null) await context.credentials.store(name, password);
  const where = password === null ? '' : '; its password is in the vault';
  print([`added ${name} to ${context.configPath}${where}`]);
  if (inUrl !== null) {
    process.stderr.write(
      'dbvitals: the password was on the command line, where `ps` and the shell history see it; --password-stdin avoids that\n',
    );
  }
}

export async function list(context: CommandContext): Promise<void> {
  const items = context.config.instances.map(({ name, url, password }) => ({
    name,
    url,
    password: describe(password),
  }));
  if (context.options.json) {
    printJson({ schema: 'dbvitals.instances/1', items });
    return;
  }
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
  await removeInstance(context.configPath, name);
  await context.credentials.remove(name);
  print([`removed ${name}`]);
}

function sourceOf(flags: AddFlags, password: string | null): InstanceConfig['password'] {
  if (flags.passwordCommand !== undefined) return { command: flags.passwordCommand };
  if (flags.passwordEnv !== undefined) return { env: flags.passwordEnv };
  return password === null ? undefined : { vault: true };
}

function describe(source: InstanceConfig['password']): string {
  if (source === undefined) return 'vault, PGPASSWORD or .pgpass';
  return Object.keys(source)[0] ?? '';
}

async function firstLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split('\n');
  if (line === '') throw new DbvitalsError('USAGE', 'standard input holds no password');
  return line.replace(/\r$/, '');
}
