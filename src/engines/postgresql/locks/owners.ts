import { clean } from '../redact.js';
import type { LockEntry, LocksRow } from './rows.js';

/** Who a row of pg_locks belongs to: a session (its parallel workers too), or a prepared transaction. */
export type OwnerOf = (holder: string) => string;

/** The application's name for it, safe for a terminal. */
export function preparedId({ application }: LocksRow): string {
  return `prepared:${clean(application ?? '')}`;
}

export function ownersOf(rows: readonly LocksRow[], entries: readonly LockEntry[]): OwnerOf {
  const owners = new Map([...leaders(rows), ...preparedTransactions(rows, entries)]);
  return (holder) => owners.get(holder) ?? holder;
}

/** Parallel worker to leader. PostgreSQL 12 does not tell: theirs is the transaction that began at the same microsecond. */
function leaders(rows: readonly LocksRow[]): Map<string, string> {
  const sessions = rows.filter(({ row_kind }) => row_kind === 'session');
  const found = new Map<string, string>();
  for (const { holder, leader_id, backend_type, transaction_started_at_ms, database_id } of sessions) {
    if (holder === null || backend_type !== 'parallel worker') continue;
    const leader =
      leader_id ??
      sessions.find(
        (other) =>
          other.backend_type === 'client backend' &&
          other.database_id === database_id &&
          other.transaction_started_at_ms === transaction_started_at_ms,
      )?.holder;
    if (leader) found.set(holder, leader);
  }
  return found;
}

/**
 * A prepared transaction has no process. Its locks share a virtual transaction (after a restart, `-1/<its id>`), and
 * one of them is on its own transaction id.
 */
function preparedTransactions(rows: readonly LocksRow[], entries: readonly LockEntry[]): Map<string, string> {
  const names = new Map(
    rows.flatMap((row) =>
      row.row_kind === 'prepared' ? [[`transactionid:${row.holder}`, preparedId(row)]] : [],
    ),
  );
  const found = new Map<string, string>();
  for (const { holder, key, granted } of entries) {
    const name = names.get(key);
    if (name !== undefined && granted && holder.includes('/')) found.set(holder, name);
  }
  return found;
}
