import { readFile } from 'node:fs/promises';
import type { Client, ClientConfig, CustomTypesConfig } from 'pg';
import { UNANSWERED, withDeadline } from '../../core/deadline.js';
import type { CallContext, ConnectContext, Connection, Row, Target } from '../../core/engine.js';
import { DbvitalsError } from '../../core/errors.js';
import type { InstanceFacts } from '../../core/facts.js';
import type { SelectedQuery } from '../../core/probe.js';
import { runBatch } from './batch.js';
import { cancelRequest } from './cancel.js';
import { readFacts } from './facts.js';
import { toDbvitalsError } from './pg-errors.js';
import { QUERIES } from './queries.generated.js';

/**
 * Settings of the monitor's session, sent with the start-up packet so that no statement ever runs without them:
 * read-only by the server's own setting, bounded in every wait, and no parallel workers or JIT for its own sake.
 */
const SESSION_OPTIONS = [
  'default_transaction_read_only=on',
  'statement_timeout=5000',
  'lock_timeout=50',
  'idle_in_transaction_session_timeout=10000',
  'jit=off',
  'bytea_output=hex',
  'max_parallel_workers_per_gather=0',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

const FLOAT4 = 700;
const NUMBERS: readonly number[] = [21, 23, FLOAT4, 701];

const isTrue = (value: string) => value === 't';
const asIs = (value: string) => value;

/** Plain values stay text: 64-bit integers must not be rounded, timestamps are asked for as numbers. */
const types = {
  getTypeParser: (oid: number) => {
    if (NUMBERS.includes(oid)) return Number;
    return oid === 16 ? isTrue : asIs;
  },
} as unknown as CustomTypesConfig;

export async function connect(target: Target, context: ConnectContext): Promise<Connection> {
  const what = `connecting to ${target.name} (${target.user}@${target.host}:${target.port}/${target.database})`;
  const client = await openClient(target, context, what);
  try {
    const connection = new PostgresConnection(target, client);
    if (serverEncoding(client) === 'SQL_ASCII')
      await connection.query(QUERIES['raw-encoding'][0], [], context);
    connection.facts = await readFacts(connection, context);
    return connection;
  } catch (error) {
    await client.end().catch(() => {});
    throw toDbvitalsError(error, what, target.name);
  }
}

/** TLS `prefer` tries with and falls back to without, as libpq does. */
async function openClient(target: Target, context: ConnectContext, what: string): Promise<Client> {
  const password = await target.password();
  const withTls = target.tls.mode !== 'disable' && !target.host.startsWith('/');
  const attempts = withTls ? (target.tls.mode === 'prefer' ? [true, false] : [true]) : [false];
  let failure: unknown;
  for (const tls of attempts) {
    try {
      return await openOnce(await clientConfig(target, password, tls), context, what);
    } catch (error) {
      failure = error;
      if (!/does not support SSL/.test((error as Error).message)) break;
    }
  }
  throw toDbvitalsError(failure, what, target.name);
}

async function openOnce(config: ClientConfig, context: ConnectContext, what: string): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(config);
  followParameters(client);
  // Errors between queries reach us as the failure of the next one.
  client.on('error', () => {});
  try {
    await withDeadline(what, context.deadlineMs, context.signal, () => client.connect(), UNANSWERED);
    return client;
  } catch (error) {
    destroySocket(client);
    throw error;
  }
}

async function clientConfig(target: Target, password: string | null, tls: boolean): Promise<ClientConfig> {
  const { mode, caFile, certFile, keyFile } = target.tls;
  const verify = mode === 'verify-ca' || mode === 'verify-full';
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: password ?? undefined,
    application_name: 'dbvitals',
    client_encoding: 'UTF8',
    options: `${SESSION_OPTIONS} -c search_path=pg_catalog,public`,
    keepAlive: true,
    types,
    ssl: tls && {
      rejectUnauthorized: verify,
      ...(caFile === null ? {} : { ca: await readFile(caFile, 'utf8') }),
      ...(certFile === null ? {} : { cert: await readFile(certFile, 'utf8') }),
      ...(keyFile === null ? {} : { key: await readFile(keyFile, 'utf8') }),
      ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    },
  };
}

/** A pooler in between gave us another server session: named statements are of one session. Or what they read was altered. */
const NO_PLAN_KEPT: readonly string[] = ['26000', '42P05', '0A000'];

class PostgresConnection implements Connection {
  facts!: InstanceFacts;
  #closing: Promise<void> | null = null;
  #keepsPlans = true;

  constructor(
    private readonly target: Target,
    private readonly client: Client,
  ) {}

  get ownSessionIds(): readonly string[] {
    const { processID } = this.client as unknown as { processID: number | null };
    return processID === null ? [] : [String(processID)];
  }

  async query(
    query: SelectedQuery,
    parameters: readonly unknown[],
    context: CallContext,
  ): Promise<readonly Row[]> {
    const result = await this.#roundTrip(query.probe, context, () =>
      this.client.query<Row>({
        text: query.sql,
        values: [...parameters],
        ...(context.repeated && this.#keepsPlans ? { name: query.file } : {}),
      }),
    );
    return result.rows;
  }

  async together(
    queries: readonly SelectedQuery[],
    context: CallContext,
  ): Promise<readonly (readonly Row[])[] | null> {
    const statements = queries.map(({ sql, file }) => ({
      text: sql,
      name: this.#keepsPlans && file !== '' ? file : null,
    }));
    const what = queries.map(({ probe }) => probe).join(', ');
    try {
      return await this.#roundTrip(what, context, () => runBatch(this.client, statements, types));
    } catch (error) {
      const { code, cause } = error as DbvitalsError;
      if (code !== 'CONNECTION_LOST' && isServersAnswer(cause)) return null;
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #roundTrip<T>(asked: string, context: CallContext, work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null)
      throw new DbvitalsError('CLOSED', `the connection to ${this.target.name} is closed`);
    const what = `${asked} on ${this.target.name}`;
    try {
      return await withDeadline(what, context.deadlineMs, context.signal, work);
    } catch (error) {
      if (NO_PLAN_KEPT.includes((error as { code?: string }).code ?? '')) this.#keepsPlans = false;
      if (context.signal.aborted || (error as { code?: string }).code === 'DEADLINE_EXCEEDED')
        await this.#abandon();
      throw toDbvitalsError(error, what, this.target.name);
    }
  }

  /** A late answer must not be taken for the next one's: the statement is cancelled and the connection given up. */
  async #abandon(): Promise<void> {
    await cancelRequest(this.client, this.target).catch(() => {});
    this.#closing ??= Promise.resolve();
    destroySocket(this.client);
  }

  async #end(): Promise<void> {
    const never = new AbortController().signal;
    await withDeadline('closing', 1000, never, () => this.client.end()).catch(() =>
      destroySocket(this.client),
    );
  }
}

/** ErrorResponse has a severity; errors of the driver have none. */
function isServersAnswer(error: unknown): boolean {
  return typeof (error as { severity?: unknown } | undefined)?.severity === 'string';
}

const parameters = new WeakMap<Client, Map<string, string>>();

/** What the server says of itself at the start of a connection; the driver keeps none of it. */
function followParameters(client: Client): void {
  const known = new Map<string, string>();
  parameters.set(client, known);
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on('parameterStatus', ({ parameterName, parameterValue }: Record<string, string>) => {
    known.set(String(parameterName), String(parameterValue));
  });
}

function serverEncoding(client: Client): string | undefined {
  return parameters.get(client)?.get('server_encoding');
}

function destroySocket(client: Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
