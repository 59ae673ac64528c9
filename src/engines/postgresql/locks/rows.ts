/** Columns of queries/locks. Which are there depends on `row_kind`; all others are null. */
export interface LocksRow {
  readonly row_kind: 'lock' | 'session' | 'prepared' | 'now';
  /** Lock: pid, or the virtual transaction of what has none. Session: pid. Prepared: its transaction id. */
  readonly holder: string | null;
  readonly lock_key: string | null;
  readonly mode: string | null;
  readonly granted: boolean | null;
  readonly fast_path: boolean | null;
  readonly wait_started_at_ms: number | null;
  readonly database_id: string | null;
  readonly user_id: string | null;
  /** Prepared: the name that the application gave it. */
  readonly application: string | null;
  readonly state: string | null;
  readonly backend_type: string | null;
  readonly leader_id: string | null;
  readonly digest: string | null;
  readonly transaction_started_at_ms: number | null;
  readonly statement_started_at_ms: number | null;
  /** Now: the server's clock. */
  readonly started_at_ms: number | null;
  readonly state_changed_at_ms: number | null;
  readonly xmin_age: number | null;
  readonly locks_held: number | null;
  /** Session: its transaction id, and how many were given out from it on. Not among the columns of long-transactions. */
  readonly xid?: number | null;
  readonly xid_age?: number | null;
}

/** A row of pg_locks. */
export interface LockEntry {
  readonly holder: string;
  readonly key: string;
  readonly mode: string;
  readonly granted: boolean;
  readonly fastPath: boolean;
  readonly waitStartedAtMs: number | null;
}

export function entriesOf(rows: readonly LocksRow[]): LockEntry[] {
  return rows.flatMap((row) =>
    row.row_kind === 'lock' && row.holder !== null && row.lock_key !== null && row.mode !== null
      ? [
          {
            holder: row.holder,
            key: row.lock_key,
            mode: row.mode,
            granted: row.granted === true,
            fastPath: row.fast_path === true,
            waitStartedAtMs: row.wait_started_at_ms,
          },
        ]
      : [],
  );
}
