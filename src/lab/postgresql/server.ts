import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { DbvitalsError } from '../../core/errors.js';
import { defaultCacheDirectory, type ServerAccount, serverAccount } from '../account.js';
import { freePort } from '../free-port.js';
import { makePrivateDirectory, type PrivateDirectory } from '../private-directory.js';
import { waitUntil } from '../wait-until.js';
import { findPostgres, type PostgresBinaries, type PostgresVersion } from './binaries.js';
import { initialise } from './initialise.js';

export interface PostgresServerOptions {
  readonly version: PostgresVersion;
  /** Server settings, e.g. `{ shared_buffers: '32MB' }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** shared_preload_libraries. */
  readonly preload?: readonly string[];
  /** Created in the database `postgres`. */
  readonly extensions?: readonly string[];
  readonly cacheDirectory?: string;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** A PostgreSQL of our own on 127.0.0.1 and a Unix socket, gone without a trace after `stop()`. */
export class PrivatePostgres implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly superuser = 'postgres';
  readonly dataDirectory: string;
  #pid = 0;
  #child: ChildProcess | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(
    readonly binaries: PostgresBinaries,
    readonly port: number,
    readonly socketDirectory: string,
    readonly directory: PrivateDirectory,
    readonly account: ServerAccount,
  ) {
    this.dataDirectory = join(directory.path, 'data');
  }

  get major(): number {
    return Number(this.binaries.major);
  }

  /** Pid of the postmaster. */
  get pid(): number {
    return this.#pid;
  }

  url(database = 'postgres', user = this.superuser): string {
    return `postgresql://${encodeURIComponent(user)}@${this.host}:${this.port}/${encodeURIComponent(database)}`;
  }

  /** A connected client as the superuser (or `user`); the caller ends it. */
  async connect(database = 'postgres', user = this.superuser, application = 'psql'): Promise<pg.Client> {
    const client = new pg.Client({
      host: this.host,
      port: this.port,
      database,
      user,
      application_name: application,
    });
    // A killed server must not end the process that watches it.
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  async start(): Promise<void> {
    const log = openSync(join(this.directory.path, 'server.log'), 'a');
    const child = spawn(join(this.binaries.bin, 'postgres'), ['-D', this.dataDirectory], {
      stdio: ['ignore', log, log],
      cwd: this.directory.path,
      ...(this.account.uid === undefined ? {} : { uid: this.account.uid, gid: this.account.gid }),
    });
    closeSync(log);
    child.unref();
    this.#child = child;
    let ended = false;
    this.#running = new Promise((resolve) => {
      const end = () => {
        ended = true;
        resolve();
      };
      child.once('exit', end);
      child.once('error', end);
    });
    this.#pid = child.pid ?? 0;
    this.directory.guard(this.#pid);
    const up = await waitUntil(async () => (ended ? false : await this.#answers()), START_TIMEOUT_MS);
    if (up !== true) throw await this.#startFailure();
  }

  /** SIGINT is a fast shutdown, SIGQUIT an immediate one; resolves when the postmaster is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child?.ref();
    const backends = childrenOf(this.#pid);
    this.#child?.kill(signal);
    await this.#running;
    // Orphaned backends notice within moments; until then they hold the shared memory and a new start would fail.
    await waitUntil(() => (backends.some(isAlive) ? null : true), STOP_TIMEOUT_MS);
  }

  async restart(): Promise<void> {
    await this.kill('SIGINT');
    await this.start();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      const gone = this.kill(signal).then(() => true as const);
      const limit = signal === 'SIGINT' ? STOP_TIMEOUT_MS : 2000;
      if (await Promise.race([gone, waitUntil(() => null, limit)])) break;
    }
    await this.directory.remove();
  }

  async #answers(): Promise<true | null> {
    try {
      const client = await this.connect();
      await client.end();
      return true;
    } catch (error) {
      // Anything but "not yet": refused, or 57P03 while it recovers (a standby that lets nobody in says so for ever).
      const { code = '', detail = '' } = error as { code?: string; detail?: string };
      if (/hot standby mode is disabled/i.test(detail)) return true;
      return ['ECONNREFUSED', 'ECONNRESET', '57P03', '57P02'].includes(code) ? null : true;
    }
  }

  async #startFailure(): Promise<DbvitalsError> {
    const log = await readFile(join(this.directory.path, 'server.log'), 'utf8').catch(() => '');
    return new DbvitalsError(
      'LAB_UNAVAILABLE',
      `PostgreSQL ${this.major} did not start: ${log.trim().split('\n').at(-1)}`,
    );
  }
}

/** Starts a private server. Rejects with LAB_UNAVAILABLE; a failed start leaves nothing behind. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PrivatePostgres> {
  const binaries = await findPostgres(options.version, {
    cacheDirectory: options.cacheDirectory ?? defaultCacheDirectory(),
    platform: `${process.platform}-${process.arch}`,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  const account = serverAccount();
  options.onProgress?.(`starting PostgreSQL ${binaries.major}`);
  const directory = await makePrivateDirectory(`pg${binaries.major}`, account);
  try {
    const server = new PrivatePostgres(binaries, await freePort(), directory.path, directory, account);
    await initialise(binaries.bin, server.dataDirectory, account, directory.path);
    await appendFile(join(server.dataDirectory, 'postgresql.conf'), configuration(server, options));
    await startOnce(server);
    await createExtensions(server, options.extensions ?? []);
    return server;
  } catch (error) {
    await directory.remove();
    throw error;
  }
}

function configuration(server: PrivatePostgres, options: PostgresServerOptions): string {
  const settings: Record<string, string | number> = {
    port: server.port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: server.socketDirectory,
    fsync: 'off',
    shared_preload_libraries: (options.preload ?? []).join(','),
    ...options.settings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}

async function startOnce(server: PrivatePostgres): Promise<void> {
  try {
    await server.start();
  } catch (error) {
    await server.kill('SIGKILL');
    throw error;
  }
}

async function createExtensions(server: PrivatePostgres, extensions: readonly string[]): Promise<void> {
  if (extensions.length === 0) return;
  const client = await server.connect();
  try {
    for (const extension of extensions)
      await client.query(`CREATE EXTENSION ${client.escapeIdentifier(extension)}`);
  } finally {
    await client.end();
  }
}

/** Linux only; elsewhere an empty list, and a start after SIGKILL may have to be repeated. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
