import type { Row } from '../../../core/row.js';

/**
 * Columns of queries/locks-*: one statement, so that the views are read within one moment. `transaction`: INNODB_TRX, with
 * the lock it waits for; `lock`: what is contested in InnoDB; `held`: waiter's lock and the granted lock before it (all
 * pairs below MySQL 8.0.40); `own`: what some waiters hold already; `metadata`: locks on contested objects; `used`: open tables while somebody waits for one to
 * be closed; `session`: who is involved.
 */
export interface LockColumns {
  readonly part: 'transaction' | 'lock' | 'held' | 'own' | 'metadata' | 'used' | 'session';
  readonly id: number | null;
  readonly trx_id: number | string | null;
  readonly lock_id: string | null;
  readonly blocking_lock_id: string | null;
  readonly type: string | null;
  readonly mode: string | null;
  /** Metadata: GRANTED or PENDING. Sessions: the command. Own rows: `before` or `after` the one that is waited for, by key. */
  readonly status: string | null;
  /** Equal for locks on one record, or one table. */
  readonly record: string | null;
  readonly db: string | null;
  readonly name: string | null;
  readonly index_name: string | null;
  /** Hash of LOCK_DATA, made by the server: values of columns never leave it. */
  readonly row_id: string | null;
  readonly started_ms: number | null;
  readonly transaction_started_ms: number | null;
  readonly rows_locked: number | null;
  readonly rows_modified: number | null;
  readonly lock_structs: number | null;
  readonly account: string | null;
  readonly state: string | null;
  readonly digest: string | null;
  readonly info: string | null;
  readonly now_ms: number | null;
}

export type LockParts = Readonly<Record<LockColumns['part'], readonly LockColumns[]>>;

export function partsOf(rows: readonly Row[]): LockParts {
  const parts: Record<LockColumns['part'], LockColumns[]> = {
    transaction: [],
    lock: [],
    held: [],
    own: [],
    metadata: [],
    used: [],
    session: [],
  };
  for (const row of rows) {
    const columns = row as unknown as LockColumns;
    parts[columns.part]?.push(columns);
  }
  return parts;
}

export function numberOf(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}

/** Whose a transaction is; a prepared one (XA) is nobody's session. */
export function ownerOf({ id, trx_id }: LockColumns): string {
  return id === null || Number(id) === 0 ? `prepared:${trx_id}` : String(id);
}
