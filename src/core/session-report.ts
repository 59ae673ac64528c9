import type { Report } from './report.js';
import type { SessionKind, SessionState } from './session.js';
import type { WaitClass } from './wait-class.js';

/** `dbvitals.sessions/1` */
export interface SessionsReport extends Report<SessionItem> {
  /**
   * CPU of all processes of the instance, in percent of one, over the ticks of the window, whatever is filtered out of the
   * items; null where they cannot be seen.
   */
  readonly cpuPercent: number | null;
}

export interface SessionItem {
  /** The engine's own id (PostgreSQL: pid). */
  readonly sessionId: string;
  readonly osPid: number | null;
  readonly osTid: number | null;
  readonly startedAt: string | null;
  readonly kind: SessionKind;
  readonly backendType: string;
  readonly database: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly client: SessionClient | null;
  readonly state: SessionState;
  readonly statementId: string | null;
  readonly text: string | null;
  readonly waitClass: WaitClass;
  readonly waitEvent: string | null;
  readonly cpuPercent: number | null;
  readonly runQueuePercent: number | null;
  readonly readBytesPerSecond: number | null;
  readonly writeBytesPerSecond: number | null;
  /** Memory of the process that is neither shared nor file-backed (RssAnon). */
  readonly residentBytes: number | null;
  readonly tempBytes: number | null;
  readonly transactionAgeSeconds: number | null;
  readonly statementAgeSeconds: number | null;
  readonly blockedBy: readonly string[];
  /** When this was seen. */
  readonly at: string;
}

export interface SessionClient {
  readonly address: string | null;
  readonly port: number | null;
  readonly pid: number | null;
  readonly command: string | null;
  readonly container: string | null;
  /** Set when a pooler stands between: the fields above are then the real client's. */
  readonly through: string | null;
}

/** `dbvitals.connections/1` */
export interface ConnectionsReport extends Report<ConnectionItem> {
  readonly max: number | null;
  readonly reserved: number | null;
  /** Connections of everybody: now, or of a window the most at a time; null when nothing was seen in it. */
  readonly used: number | null;
  /** What failed to connect or was cut off; null where the server does not count it. */
  readonly failures: ConnectionFailures | null;
  readonly pools: readonly PoolItem[];
}

/** Over the last hour, or the window asked for. */
export interface ConnectionFailures {
  /** How much of it was watched. */
  readonly seconds: number;
  /** Logins that failed: wrong password, no privilege, bad handshake (`Aborted_connects`). */
  readonly abortedConnects: number;
  /** Sessions that ended without saying goodbye (`Aborted_clients`). */
  readonly abortedClients: number;
  /** Refused because `max_connections` was reached (`Connection_errors_max_connections`). */
  readonly refusedByLimit: number;
  /** Logins and statements refused by the limits of their user (`ER_USER_LIMIT_REACHED`); null where they are not counted. */
  readonly refusedByUserLimit: number | null;
}

export interface ConnectionItem {
  readonly user: string | null;
  readonly application: string | null;
  /** Client host and, when it is local, its process. */
  readonly client: SessionClient | null;
  readonly active: number;
  readonly idle: number;
  readonly idleInTransaction: number;
  readonly oldestIdleInTransactionSeconds: number | null;
  /** Most connections at a time of this user; null: no limit, or it may not be read. */
  readonly userMax: number | null;
  /** What this user may do within an hour (MySQL, MariaDB); null: no limit, or it may not be read. */
  readonly userPerHour: {
    readonly connections: number | null;
    readonly queries: number | null;
    readonly updates: number | null;
  } | null;
  readonly pooler: string | null;
}

export interface PoolItem {
  readonly pooler: string;
  readonly database: string | null;
  readonly user: string | null;
  /** Where its connections lead (ProxySQL). */
  readonly server: string | null;
  readonly mode: string;
  readonly clientsActive: number | null;
  readonly clientsWaiting: number | null;
  readonly serversActive: number | null;
  readonly serversIdle: number | null;
  /** Most clients or server connections that it allows. */
  readonly most: number | null;
  readonly maxWaitSeconds: number | null;
}
