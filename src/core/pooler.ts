/**
 * A pooler's view: pools, and which client each server connection serves now. Sources: PgBouncer's SHOW POOLS, CLIENTS,
 * SERVERS; ProxySQL's stats_mysql_connection_pool, stats_mysql_users, stats_mysql_processlist. Null: it does not say.
 */
export interface PoolerSnapshot {
  readonly product: 'pgbouncer' | 'proxysql';
  readonly version: string;
  readonly pools: readonly PoolerPool[];
  readonly links: readonly PoolerLink[];
}

export interface PoolerPool {
  readonly database: string | null;
  readonly user: string | null;
  /** Where its connections lead (ProxySQL: host group and address). */
  readonly server: string | null;
  readonly mode: string;
  readonly clientsActive: number | null;
  readonly clientsWaiting: number | null;
  readonly serversActive: number | null;
  readonly serversIdle: number | null;
  readonly serversUsed: number | null;
  /** Most clients (by user) or server connections (by server) that it allows. */
  readonly most: number | null;
  /** Age of the oldest waiting client. */
  readonly maxWaitSeconds: number | null;
}

/** One server connection of the pooler and the client behind it, null while it is idle in the pool. */
export interface PoolerLink {
  /** Backend pid on the server (SHOW SERVERS remote_pid), null where this version does not say. */
  readonly serverSessionId: string | null;
  /** Its own end of the connection: the client end that the server sees. Null where it does not say. */
  readonly from: { readonly address: string; readonly port: number } | null;
  readonly database: string;
  readonly user: string;
  readonly client: {
    readonly address: string;
    readonly port: number;
    readonly application: string | null;
  } | null;
}
