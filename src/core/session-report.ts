import type { Report } from './report.js';
import type { SessionKind, SessionState } from './session.js';
import type { WaitClass } from './wait-class.js';

/** `dbvitals.sessions/1` */
export type SessionsReport = Report<SessionItem>;

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
  readonly used: number;
  readonly pools: readonly PoolItem[];
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
  readonly pooler: string | null;
}

export interface PoolItem {
  readonly pooler: string;
  readonly database: string;
  readonly user: string;
  readonly mode: string;
  readonly clientsActive: number;
  readonly clientsWaiting: number;
  readonly serversActive: number;
  readonly serversIdle: number;
  readonly maxWaitSeconds: number;
}
