import type { SessionKind } from '../../core/session.js';

/** By a thread's name in performance_schema.threads, or by its name in /proc where the server lists it nowhere. */
const BY_NAME: readonly (readonly [RegExp, SessionKind])[] = [
  [/slave_(io|sql|worker)|replica_|binlog_dump|rpl_rca/i, 'replication'],
  [/purge|page_flush|page_cleaner|srv_worker|master|event_scheduler|stats|fts/i, 'maintenance'],
  [/io_|_io|log_|buf_|aio|io_uring|tpool|thread_pool|checkpoint|binlog/i, 'storage'],
];

export interface ThreadWords {
  readonly type: string | null;
  readonly name: string;
  readonly account: string | null;
  readonly command: string | null;
}

/** What a thread is for: a client, replication (both ends of it), or one of the server's own. */
export function threadKindOf({ type, name, account, command }: ThreadWords): SessionKind {
  if (/^(Binlog Dump|Slave_)/.test(command ?? '') || account === 'system user') return 'replication';
  const own = type !== 'FOREGROUND' || command === 'Daemon' || !/one_connection$|^[A-Z]/.test(name);
  if (!own) return 'client';
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? 'system';
}
