/** A pooler's view: pools, and which client each server connection serves now. Source: PgBouncer SHOW POOLS, CLIENTS, SERVERS. */
export interface PoolerSnapshot {
  readonly product: 'pgbouncer';
  readonly version: string;
  readonly pools: readonly PoolerPool[];
  readonly links: readonly PoolerLink[];
}

export interface PoolerPool {
  readonly database: string;
  readonly user: string;
  readonly mode: string;
  readonly clientsActive: number;
  readonly clientsWaiting: number;
  readonly serversActive: number;
  readonly serversIdle: number;
  readonly serversUsed: number;
  /** Age of the oldest waiting client. */
  readonly maxWaitSeconds: number;
}

/** One server connection of the pooler and the client behind it, null while it is idle in the pool. */
export interface PoolerLink {
  /** Backend pid on the server (SHOW SERVERS remote_pid), null where this version does not say. */
  readonly serverSessionId: string | null;
  readonly database: string;
  readonly user: string;
  readonly client: {
    readonly address: string;
    readonly port: number;
    readonly application: string | null;
  } | null;
}
