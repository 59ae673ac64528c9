import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fchownSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { DbvitalsError } from '../../core/errors.js';
import { defaultCacheDirectory, type ServerAccount, serverAccount } from '../account.js';
import { freePort } from '../free-port.js';
import { makePrivateDirectory, type PrivateDirectory } from '../private-directory.js';
import { run } from '../run.js';
import { waitUntil } from '../wait-until.js';
import { copyOfTemplate, templateOf } from './data-template.js';
import { DISTRIBUTIONS, type MysqlVersion } from './distributions.js';
import { fetchMysql } from './fetch.js';

export interface MysqlServerOptions {
  readonly version: MysqlVersion;
  /** Server options without dashes, e.g. `{ 'performance-schema': 'ON' }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly cacheDirectory?: string;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** A second or two; minutes where the machine has no CPU free. */
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 10_000;

/** A MySQL or MariaDB of our own on 127.0.0.1 and a Unix socket, gone without a trace after `stop()`. */
export class PrivateMysql implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly superuser = 'root';
  readonly dataDirectory: string;
  readonly socket: string;
  #child: ChildProcess | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(
    readonly version: MysqlVersion,
    readonly tree: string,
    readonly port: number,
    readonly directory: PrivateDirectory,
    readonly account: ServerAccount,
    private readonly settings: Readonly<Record<string, string | number>>,
  ) {
    this.dataDirectory = join(directory.path, 'data');
    this.socket = join(directory.path, 's.sock');
  }

  get flavour(): 'mysql' | 'mariadb' {
    return DISTRIBUTIONS[this.version].flavour;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  url(database = '', user = this.superuser, password = ''): string {
    const login = `${encodeURIComponent(user)}${password === '' ? '' : `:${encodeURIComponent(password)}`}`;
    return `${this.flavour}://${login}@${this.host}:${this.port}/${encodeURIComponent(database)}`;
  }

  connect(database = '', user = this.superuser, password = ''): Promise<Connection> {
    return createConnection({
      host: this.host,
      port: this.port,
      user,
      password,
      multipleStatements: true,
      ...(database === '' ? {} : { database }),
    });
  }

  /** Makes the data directory. */
  initialise(): Promise<void> {
    return copyOfTemplate(templateOf(this.tree), this.dataDirectory, this.account, (directory) =>
      this.#fill(directory),
    );
  }

  async start(): Promise<void> {
    const log = openSync(join(this.directory.path, 'server.log'), 'a');
    if (this.account.uid !== undefined)
      fchownSync(log, this.account.uid, this.account.gid ?? this.account.uid);
    const options = Object.entries({ ...this.#defaults(), ...this.settings });
    const child = spawn(
      join(this.tree, DISTRIBUTIONS[this.version].server),
      ['--no-defaults', ...options.map(([name, value]) => `--${name}=${value}`)],
      {
        stdio: ['ignore', log, log],
        cwd: this.directory.path,
        ...(this.account.uid === undefined ? {} : { uid: this.account.uid, gid: this.account.gid }),
      },
    );
    closeSync(log);
    child.unref();
    this.#child = child;
    let ended = false;
    this.#running = new Promise((resolve) => {
      for (const event of ['exit', 'error'] as const)
        child.once(event, () => {
          ended = true;
          resolve();
        });
    });
    this.directory.guard(child.pid ?? 0);
    const up = await waitUntil(async () => (ended ? false : await this.#answers()), START_TIMEOUT_MS, 50);
    if (up !== true) throw await this.#startFailure();
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child?.ref();
    this.#child?.kill(signal);
    await this.#running;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #fill(dataDirectory: string): Promise<void> {
    const { flavour, tree } = this;
    const usr = join(tree, 'usr');
    const own = { ...this.account, cwd: this.directory.path, timeoutMs: 120_000 };
    const common = [
      '--no-defaults',
      `--datadir=${dataDirectory}`,
      `--basedir=${usr}`,
      `--tmpdir=${this.directory.path}`,
    ];
    const mysql = ['--innodb-redo-log-capacity=8M', '--skip-log-bin', '--initialize-insecure'];
    const mariadb = [
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--innodb-log-file-size=16M',
    ];
    if (flavour === 'mysql')
      await run(join(tree, DISTRIBUTIONS[this.version].server), [...common, ...mysql], own);
    else await run('sh', [join(usr, 'bin/mariadb-install-db'), ...common, ...mariadb], own);
  }

  #defaults(): Record<string, string | number> {
    const usr = join(this.tree, 'usr');
    return {
      basedir: usr,
      datadir: this.dataDirectory,
      port: this.port,
      socket: this.socket,
      tmpdir: this.directory.path,
      'pid-file': join(this.directory.path, 'pid'),
      'bind-address': '127.0.0.1',
      'server-id': 1,
      'innodb-buffer-pool-size': '64M',
      'innodb-flush-log-at-trx-commit': 0,
      'innodb-doublewrite': 'OFF',
      'lc-messages-dir': join(usr, this.flavour === 'mysql' ? 'share/mysql' : 'share/mysql'),
      ...(this.flavour === 'mysql'
        ? { mysqlx: 'OFF', 'secure-file-priv': 'NULL', 'plugin-dir': join(usr, 'lib/mysql/plugin') }
        : {
            'character-sets-dir': join(usr, 'share/mysql/charsets'),
            'plugin-dir': join(usr, 'lib/mysql/plugin'),
          }),
    };
  }

  async #stop(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const gone = this.kill(signal).then(() => true as const);
      if (await Promise.race([gone, waitUntil(() => null, STOP_TIMEOUT_MS)])) break;
    }
    await this.directory.remove();
  }

  async #answers(): Promise<true | null> {
    try {
      const client = await this.connect();
      await client.end();
      return true;
    } catch (error) {
      return /ECONNREFUSED|ECONNRESET|PROTOCOL_CONNECTION_LOST/.test((error as { code?: string }).code ?? '')
        ? null
        : true;
    }
  }

  async #startFailure(): Promise<DbvitalsError> {
    const log = await readFile(join(this.directory.path, 'server.log'), 'utf8').catch(() => '');
    const why = log
      .split('\n')
      .filter((line) => /ERROR/.test(line))
      .slice(0, 3);
    return new DbvitalsError('LAB_UNAVAILABLE', `${this.version} did not start: ${why.join(' ')}`);
  }
}

/** Starts a private server. Rejects with LAB_UNAVAILABLE; a failed start leaves nothing behind. */
export async function startMysqlServer(options: MysqlServerOptions): Promise<PrivateMysql> {
  const tree = await fetchMysql(options.version, {
    cacheDirectory: options.cacheDirectory ?? defaultCacheDirectory(),
    onProgress: options.onProgress,
    signal: options.signal,
  });
  const account = serverAccount();
  options.onProgress?.(`starting ${options.version}`);
  const directory = await makePrivateDirectory(options.version, account);
  const settings = options.settings ?? {};
  const server = new PrivateMysql(options.version, tree, await freePort(), directory, account, settings);
  try {
    await server.initialise();
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
