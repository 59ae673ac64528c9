import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import pc from 'picocolors';
import {
  type Config,
  defaultConfigPath,
  expandService,
  type InstanceConfig,
  loadConfig,
  parseDuration,
  parseSize,
  targetOf,
  withPooler,
} from '../config/index.js';
import type { Target } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import { Credentials } from '../credentials/index.js';
import { jsonText } from '../render/json.js';
import { plainStyle, type Style } from '../render/report-lines.js';
import { askNewSecret, askSecret } from './prompt.js';

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly logLevel?: string;
  readonly url?: string;
  /** Of `add`: a vault that does not exist yet is made with a passphrase. */
  readonly vaultPassphrase?: boolean;
}

/** What a command works with: configuration, credentials, the way to print. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly signal: AbortSignal;
  readonly configPath: string;
  readonly config: Config;
  readonly credentials: Credentials;
  readonly dataDir: string;
  /** libpq's service files, the user's before the system's. */
  readonly serviceFiles: readonly string[];
  readonly style: Style;
  readonly width: number;
}

const AD_HOC = 'adhoc';

/** `mayBegin`: a configuration that was named and is not there yet is a new one, not a mistake. */
export async function openContext(
  options: GlobalOptions,
  signal: AbortSignal,
  mayBegin: boolean,
): Promise<CommandContext> {
  const configPath = options.config ?? defaultConfigPath(process.env, homedir());
  const config = await loadConfig(configPath, options.config !== undefined && !mayBegin);
  return {
    options,
    signal,
    configPath,
    config,
    credentials: openCredentials(configPath, options, signal),
    dataDir: options.dataDir ?? process.env.DBVITALS_DATA_DIR ?? config.dataDir ?? defaultDataDir(),
    serviceFiles: serviceFiles(),
    style: styleOf(options),
    width: process.stdout.columns ?? Number(process.env.COLUMNS ?? 160),
  };
}

/** The instances that names (or `--url`) mean; all configured ones when nothing is named. */
export async function targetsOf(context: CommandContext, names: readonly string[]): Promise<Target[]> {
  const { url } = context.options;
  if (url !== undefined) return [await targetFrom(context, { name: AD_HOC, url })];
  const { instances } = context.config;
  const wanted = names.length === 0 ? instances : names.map((name) => configured(instances, name));
  if (wanted.length > 0) return Promise.all(wanted.map((instance) => targetFrom(context, instance)));
  throw new DbvitalsError('INSTANCE_UNKNOWN', 'no instance is configured', {
    remedy:
      '`dbvitals discover` shows the servers of this host; `dbvitals add NAME URL` adds one; or give --url',
  });
}

export async function oneTarget(context: CommandContext, name: string | undefined): Promise<Target> {
  const targets = await targetsOf(context, name === undefined ? [] : [name]);
  if (targets.length === 1) return targets[0] as Target;
  throw new DbvitalsError('USAGE', 'several instances are configured: name one', {
    remedy: targets.map((target) => target.name).join(', '),
  });
}

/** Before a daemon or a full screen begins: asks for the vault's passphrase if an instance's password may be in it. */
export async function unlockVault({ options, config, credentials }: CommandContext): Promise<void> {
  const mayNeedIt =
    options.url !== undefined ||
    config.instances.some(({ password }) => password === undefined || 'vault' in password);
  if (mayNeedIt) await credentials.unlock();
}

/** Settings of the monitor that the configuration holds. */
export function monitorOptions({ config }: CommandContext) {
  return {
    ...(config.budgetPercent === undefined ? {} : { budgetPercent: config.budgetPercent }),
    ...(config.retention?.age === undefined ? {} : { retentionMs: parseDuration(config.retention.age) }),
    ...(config.retention?.bytes === undefined ? {} : { maxBytes: parseSize(config.retention.bytes) }),
  };
}

export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${jsonText(value)}\n`);
}

/** A line about what is going on: on standard error, only when somebody watches. */
export function progress(message: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${message}`);
}

export function progressDone(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
}

function configured(instances: readonly InstanceConfig[], name: string): InstanceConfig {
  const found = instances.find((instance) => instance.name === name);
  if (found !== undefined) return found;
  const known = instances.map((instance) => instance.name).join(', ');
  throw new DbvitalsError('INSTANCE_UNKNOWN', `there is no instance ${name.slice(0, 64)}`, {
    remedy: `known: ${known || 'none; see dbvitals add'}`,
  });
}

async function targetFrom(context: CommandContext, instance: InstanceConfig): Promise<Target> {
  const { name, password: source, pooler } = instance;
  const { credentials } = context;
  const { url, password: service } = await expandService(instance.url, context.serviceFiles);
  const request = { name, source, key: targetOf(name, url), service };
  const target = withPooler(
    targetOf(name, url, () => credentials.passwordFor(request)),
    pooler,
  );
  if (target.pooler === null) return target;
  const key = { ...target.pooler, database: 'pgbouncer' };
  return {
    ...target,
    pooler: { ...target.pooler, password: () => credentials.passwordForPooler(request, key) },
  };
}

function openCredentials(configPath: string, options: GlobalOptions, signal: AbortSignal): Credentials {
  const directory = dirname(configPath);
  return new Credentials({
    vaultPath: join(directory, 'vault.age'),
    identityPath: process.env.DBVITALS_VAULT_IDENTITY ?? join(directory, 'vault.key'),
    passphrase: passphraseOf(options, signal),
    env: process.env,
    home: homedir(),
  });
}

/** From a file where nobody is there to type it, else from the terminal; asked once, so that no retry asks again. */
function passphraseOf(options: GlobalOptions, signal: AbortSignal) {
  let answer: Promise<string | null> | null = null;
  return async (purpose: 'open' | 'make'): Promise<string | null> => {
    const fromFile = await passphraseFromFile();
    if (fromFile !== null) return fromFile;
    if (purpose === 'make' && !options.vaultPassphrase) return null;
    answer ??=
      purpose === 'make'
        ? askNewSecret('passphrase for the new vault', signal)
        : askSecret('passphrase of the vault: ', signal);
    const given = await answer;
    if (given !== null || purpose === 'open') return given;
    throw new DbvitalsError('VAULT_LOCKED', 'a passphrase is asked for at a terminal, and there is none', {
      remedy: 'name a file that holds it in DBVITALS_VAULT_PASSPHRASE_FILE',
    });
  };
}

async function passphraseFromFile(): Promise<string | null> {
  const path = process.env.DBVITALS_VAULT_PASSPHRASE_FILE;
  if (path === undefined) return null;
  const { readPrivate } = await import('../credentials/vault.js');
  return (await readPrivate(path))?.toString('utf8').replace(/\r?\n$/, '') ?? null;
}

function serviceFiles(): string[] {
  const { PGSERVICEFILE, PGSYSCONFDIR = '/etc/postgresql-common' } = process.env;
  return [PGSERVICEFILE ?? join(homedir(), '.pg_service.conf'), join(PGSYSCONFDIR, 'pg_service.conf')];
}

function defaultDataDir(): string {
  return process.getuid?.() === 0
    ? '/var/lib/dbvitals'
    : join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'dbvitals');
}

function styleOf(options: GlobalOptions): Style {
  if (options.color === false || !process.stdout.isTTY || process.env.NO_COLOR) return plainStyle;
  const { bold, dim, red, yellow, green } = pc.createColors(true);
  return { bold, dim, red, yellow, green };
}
