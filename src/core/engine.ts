import type { Locality } from './capability.js';
import type { EngineName } from './engine-name.js';
import type { InstanceFacts } from './facts.js';
import type { HostReader } from './host.js';
import type { Logger } from './logger.js';
import type { PoolerSnapshot } from './pooler.js';
import type { Probe, SelectedQuery } from './probe.js';
import type { Row } from './row.js';
import type { ServerLog } from './server-log.js';
import type { SessionRow } from './session.js';
import type { StatementText } from './statement.js';

export type { Row } from './row.js';

/** How to reach one instance. Holds no secret: the password is asked for at each connect and not kept. */
export interface Target {
  readonly name: string;
  readonly engine: EngineName;
  /** Host name, numeric address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: () => Promise<string | null>;
  readonly tls: TlsOptions;
  /** Admin console of a pooler in front of the instance (PgBouncer: database `pgbouncer`), if any. */
  readonly pooler: PoolerTarget | null;
}

export interface TlsOptions {
  /** libpq's words: disable, prefer, require, verify-ca, verify-full. */
  readonly mode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

export interface PoolerTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: () => Promise<string | null>;
}

export interface CallContext {
  readonly signal: AbortSignal;
  /** Client-side limit of this round trip; on expiry the statement is cancelled on the server too. */
  readonly deadlineMs: number;
  /** Asked each second or more often: the server may keep its plan, which can cost more than its execution. */
  readonly repeated?: boolean;
}

/** One warm, read-only session. `close()` (and async dispose) is idempotent and bounded. */
export interface Connection extends AsyncDisposable {
  readonly facts: InstanceFacts;
  /** Session ids of our own connections on the server, to exclude and price our own work. */
  readonly ownSessionIds: readonly string[];
  query(query: SelectedQuery, parameters: readonly unknown[], context: CallContext): Promise<readonly Row[]>;
  /**
   * Statements without parameters in one round trip, the rows of each in this order. Null where the engine cannot, or where
   * one of them failed: ask one by one. Rejects when the connection is lost or the deadline over.
   */
  together(
    queries: readonly SelectedQuery[],
    context: CallContext,
  ): Promise<readonly (readonly Row[])[] | null>;
  close(): Promise<void>;
}

/** A relation as a LockResource of a reading has it before it is named. */
export interface RelationId {
  /** Null: shared by all databases. */
  readonly database: string | null;
  readonly relation: string;
}

export interface RelationName extends RelationId {
  /** `schema.table`; of an index, its table. */
  readonly table: string;
  readonly index: string | null;
}

/** Everything the rest of dbvitals knows about a database engine. */
export interface Engine {
  readonly name: EngineName;
  readonly defaultPort: number;
  /** How the server runs its sessions on its host. */
  readonly sessionsAre: 'processes' | 'threads';
  readonly probes: readonly Probe[];
  /**
   * Every statement that a server could be sent, for a DBA to read before the first connect. `product` is the user's word
   * (`mariadb`), `version` as the server prints it (`10.11`, `8.0.36`), null for the newest supported.
   */
  queriesFor(product: string, version: string | null): readonly SelectedQuery[];
  connect(target: Target, context: ConnectContext): Promise<Connection>;
  /** Texts of digests seen for the first time. May return fewer than asked; never throws for a missing one. */
  statementTexts(
    connection: Connection,
    instance: string,
    digests: readonly string[],
    context: CallContext,
  ): Promise<readonly StatementText[]>;
  /** The same for texts of one statement, whoever took the literals out of them: the server or we. Pure. */
  textKey(text: string): string;
  /** Names of relations that readings of locks give as numbers; absent where the server's own views name them. */
  relationNames?(
    connection: Connection,
    relations: readonly RelationId[],
    context: CallContext,
  ): Promise<readonly RelationName[]>;
  /** Proves whether the server is a process of this host, and which. */
  locate(connection: Connection, host: HostReader): Locality;
  /** The server's own log, where deadlocks are told; absent where none is read. */
  readonly serverLog?: ServerLog;
  /** Blackout mode: what the titles of processes or names of threads still tell when the server refuses connections. Pure. */
  sessionsFromTitles(titles: readonly ProcessTitle[]): readonly SessionRow[];
  /** The pooler in front of the instance, when one is configured. */
  readPooler(target: PoolerTarget, context: CallContext): Promise<PoolerSnapshot>;
}

export interface ProcessTitle {
  /** Process id, or thread id where sessions are threads. */
  readonly pid: number;
  /** Command line of a process, name of a thread. */
  readonly title: string;
  readonly startedAtMs: number;
}

export interface ConnectContext {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly logger: Logger;
}
