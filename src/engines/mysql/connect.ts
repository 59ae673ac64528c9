import { readFile } from 'node:fs/promises';
import type { Connection as Client, ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import { UNANSWERED, withDeadline } from '../../core/deadline.js';
import type { CallContext, ConnectContext, Connection, Row, Target } from '../../core/engine.js';
import { DbvitalsError } from '../../core/errors.js';
import type { InstanceFacts } from '../../core/facts.js';
import type { SelectedQuery } from '../../core/probe.js';
import { readFacts } from './facts.js';
import { toDbvitalsError } from './mysql-errors.js';
import { flavourQuery } from './select.js';
import { parseVersion, type ServerVersion } from './version.js';

/**
 * One session, made read-only and bounded in every wait before it asks anything. TLS `prefer` tries with and falls
 * back to without, as the servers' own clients do.
 */
export async function connect(target: Target, context: ConnectContext): Promise<MysqlConnection> {
  const what = `connecting to ${target.name} (${target.user}@${target.host}:${target.port})`;
  try {
    const { client, options } = await openClient(target, context, what);
    const connection = new MysqlConnection(target, client, options);
    try {
      await connection.prepare(context);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  } catch (error) {
    throw toDbvitalsError(error, what, target.name);
  }
}

async function openClient(
  target: Target,
  context: ConnectContext,
  what: string,
): Promise<{ client: Client; options: ConnectionOptions }> {
  const password = await target.password();
  const local = target.host.startsWith('/');
  const attempts =
    local || target.tls.mode === 'disable' ? [false] : target.tls.mode === 'prefer' ? [true, false] : [true];
  let failure: unknown;
  for (const tls of attempts) {
    const options = await optionsOf(target, password, tls, context.deadlineMs);
    try {
      const client = await openOnce(options, what, context);
      // Errors between queries reach us as the failure of the next one.
      (client as unknown as { on(event: 'error', listener: () => void): void }).on('error', () => {});
      return { client, options };
    } catch (error) {
      failure = error;
      if ((error as { code?: string }).code !== 'HANDSHAKE_NO_SSL_SUPPORT') break;
    }
  }
  throw failure;
}

/** A connection that comes after its deadline, or after an abort, is ended: nobody would. */
async function openOnce(
  options: ConnectionOptions,
  what: string,
  { deadlineMs, signal }: Pick<ConnectContext, 'deadlineMs' | 'signal'>,
): Promise<Client> {
  const { createConnection } = await import('mysql2/promise');
  signal.throwIfAborted();
  const opening = createConnection(options);
  try {
    return await withDeadline(what, deadlineMs, signal, () => opening, UNANSWERED);
  } catch (error) {
    opening.then((late) => late.destroy()).catch(() => {});
    throw error;
  }
}

async function optionsOf(
  target: Target,
  password: string | null,
  tls: boolean,
  deadlineMs: number,
): Promise<ConnectionOptions> {
  const { mode, caFile, certFile, keyFile } = target.tls;
  return {
    ...(target.host.startsWith('/') ? { socketPath: target.host } : { host: target.host, port: target.port }),
    user: target.user,
    ...(target.database === '' ? {} : { database: target.database }),
    ...(password === null ? {} : { password }),
    // Ours comes first: the driver's only ends what is left of an attempt that was given up.
    connectTimeout: deadlineMs + 500,
    connectAttributes: { program_name: 'dbvitals' },
    charset: 'utf8mb4',
    // 64-bit numbers beyond 2^53 stay text; none of them is a figure that is calculated with.
    supportBigNumbers: true,
    dateStrings: true,
    decimalNumbers: true,
    ...(tls
      ? {
          ssl: {
            rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full',
            verifyIdentity: mode === 'verify-full',
            ...(caFile === null ? {} : { ca: await readFile(caFile, 'utf8') }),
            ...(certFile === null ? {} : { cert: await readFile(certFile, 'utf8') }),
            ...(keyFile === null ? {} : { key: await readFile(keyFile, 'utf8') }),
          },
        }
      : {}),
  };
}

export class MysqlConnection implements Connection {
  facts!: InstanceFacts;
  /** Thread of our own session on the server's host; null where the server does not tell. */
  ownThreadId: number | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly target: Target,
    private readonly client: Client,
    private readonly options: ConnectionOptions,
  ) {}

  get ownSessionIds(): readonly string[] {
    return [String(this.client.threadId)];
  }

  /** Settings first, then what is true of the server. */
  async prepare(context: CallContext): Promise<void> {
    const banner = (
      this.client as unknown as { connection: { _handshakePacket?: { serverVersion?: string } } }
    ).connection._handshakePacket?.serverVersion;
    const server = parseVersion(banner ?? '', '', undefined);
    const session = flavourQuery('session', server);
    if ('unavailable' in session)
      throw new DbvitalsError('ENGINE_UNSUPPORTED', `${server.version} is older than what is supported`, {
        instance: this.target.name,
      });
    await this.query(session, [], context);
    this.ownThreadId = await this.#readOwnThread(server, context);
    this.facts = await readFacts(this, server, context, this.ownThreadId !== null);
  }

  async query(
    query: SelectedQuery,
    parameters: readonly unknown[],
    context: CallContext,
  ): Promise<readonly Row[]> {
    if (this.#closing !== null)
      throw new DbvitalsError('CLOSED', `the connection to ${this.target.name} is closed`);
    const what = `${query.probe} on ${this.target.name}`;
    try {
      const [rows] = await withDeadline(what, context.deadlineMs, context.signal, () =>
        this.client.query<RowDataPacket[]>(query.sql, [...parameters]),
      );
      return Array.isArray(rows) ? (rows as Row[]) : [];
    } catch (error) {
      if (context.signal.aborted || (error as { code?: string }).code === 'DEADLINE_EXCEEDED')
        await this.#abandon();
      throw toDbvitalsError(error, what, this.target.name);
    }
  }

  /** The driver sends one statement at a time. */
  async together(): Promise<null> {
    return null;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #readOwnThread(server: ServerVersion, context: CallContext): Promise<number | null> {
    const query = flavourQuery('own-thread', server);
    if ('unavailable' in query) return null;
    try {
      const [row] = await this.query(query, [], context);
      // 0 on MariaDB with a thread pool: a connection has no thread of its own there.
      return Number(row?.os_tid ?? 0) || null;
    } catch {
      // performance_schema is off or not granted: a capability says so.
      return null;
    }
  }

  /** The driver's own time-out leaves the statement running: it is killed over a second connection, which is bounded too. */
  async #abandon(): Promise<void> {
    const id = Number(this.client.threadId);
    this.client.destroy();
    this.#closing ??= Promise.resolve();
    const context = { deadlineMs: 1000, signal: new AbortController().signal };
    try {
      const other = await openOnce({ ...this.options, connectTimeout: 1000 }, 'cancelling', context);
      // It may have ended by itself: the server then knows no such session.
      await withDeadline('cancelling', 1000, context.signal, () => other.query('KILL QUERY ?', [id])).catch(
        () => {},
      );
      other.destroy();
    } catch {
      // The server ends the statement at its own time-out.
    }
  }

  async #end(): Promise<void> {
    const never = new AbortController().signal;
    await withDeadline('closing', 1000, never, () => this.client.end()).catch(() => this.client.destroy());
  }
}
