import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import pc from 'picocolors';
import {
  type Config,
  defaultConfigPath,
  type InstanceConfig,
  loadConfig,
  parseDuration,
  parseSize,
  splitSecret,
  targetOf,
  withPooler,
} from '../config/index.js';
import type { Target } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import { Credentials } from '../credentials/index.js';
import { plainStyle, type Style } from '../render/report-lines.js';

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly logLevel?: string;
  readonly url?: string;
}

/** What a command works with: configuration, credentials, the way to print. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly signal: AbortSignal;
  readonly configPath: string;
  readonly config: Config;
  readonly credentials: Credentials;
  readonly dataDir: string;
  readonly style: Style;
  readonly width: number;
}

const AD_HOC = 'adhoc';

export async function openContext(options: GlobalOptions, signal: AbortSignal): Promise<CommandContext> {
  const configPath = options.config ?? defaultConfigPath(process.env, homedir());
  const config = await loadConfig(configPath);
  return {
    options,
    signal,
    configPath,
    config,
    credentials: openCredentials(configPath),
    dataDir: options.dataDir ?? process.env.DBVITALS_DATA_DIR ?? config.dataDir ?? defaultDataDir(),
    style: styleOf(options),
    width: process.stdout.columns ?? Number(process.env.COLUMNS ?? 160),
  };
}

/** The instances that names (or `--url`) mean; all configured ones when nothing is named. */
export function targetsOf(context: CommandContext, names: readonly string[]): Target[] {
  const { url } = context.options;
  if (url !== undefined) return [targetOf(AD_HOC, url, adHocPassword(context, url))];
  const { instances } = context.config;
  const wanted = names.length === 0 ? instances : names.map((name) => configured(instances, name));
  if (wanted.length > 0) return wanted.map((instance) => configuredTarget(context, instance));
  throw new DbvitalsError('INSTANCE_UNKNOWN', 'no instance is configured', {
    remedy:
      '`dbvitals discover` shows the servers of this host; `dbvitals add NAME URL` adds one; or give --url',
  });
}

export function oneTarget(context: CommandContext, name: string | undefined): Target {
  const targets = targetsOf(context, name === undefined ? [] : [name]);
  if (targets.length === 1) return targets[0] as Target;
  throw new DbvitalsError('USAGE', 'several instances are configured: name one', {
    remedy: targets.map((target) => target.name).join(', '),
  });
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
  process.stdout.write(
    `${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each), 2)}\n`,
  );
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

function configuredTarget(context: CommandContext, instance: InstanceConfig): Target {
  const target = withPooler(targetOf(instance.name, instance.url), instance.pooler);
  return {
    ...target,
    password: () =>
      context.credentials.passwordFor({ name: instance.name, source: instance.password, key: target }),
  };
}

function adHocPassword(context: CommandContext, url: string) {
  const { url: stripped } = splitSecret(url);
  const key = targetOf(AD_HOC, stripped);
  return () => context.credentials.passwordFor({ name: AD_HOC, key });
}

function openCredentials(configPath: string): Credentials {
  const directory = dirname(configPath);
  return new Credentials({
    vaultPath: join(directory, 'vault.age'),
    identityPath: process.env.DBVITALS_VAULT_IDENTITY ?? join(directory, 'vault.key'),
    passphrase: passphraseFromFile,
    env: process.env,
    home: homedir(),
  });
}

async function passphraseFromFile(): Promise<string | null> {
  const path = process.env.DBVITALS_VAULT_PASSPHRASE_FILE;
  if (path === undefined) return null;
  const { readPrivate } = await import('../credentials/vault.js');
  return (await readPrivate(path))?.toString('utf8').replace(/\r?\n$/, '') ?? null;
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
