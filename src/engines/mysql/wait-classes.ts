import type { SessionState } from '../../core/session.js';
import type { WaitClass } from '../../core/wait-class.js';

/** By the state of the session ("General Thread States" of the MySQL manual, MariaDB's "Thread States"). First match decides. */
const BY_STATE: readonly (readonly [RegExp, WaitClass])[] = [
  [
    /metadata lock|table flush|global read lock|backup lock|schema .*lock|waiting for .* lock$/i,
    'lockObject',
  ],
  [/^(system lock|waiting for table)/i, 'lockObject'],
  [/^user lock|get_lock/i, 'lockApplication'],
  [/^user sleep/i, 'idle'],
  [/commit|binlog|innobase_commit|semi-?sync|wsrep/i, 'logCommit'],
  [/to net|from net|reading from client|writing to net|sending to client/i, 'networkClient'],
  [/tmp table.* disk|converting .* to/i, 'ioTemp'],
  [
    /waiting for (master|source|slave|replica|dependent|preceding|handler|the next event|.*coordinator)/i,
    'replication',
  ],
  [/^(opening tables|closing tables|waiting for .*query cache)/i, 'latch'],
];

/** By event of performance_schema, where the consumer is on. */
const BY_EVENT: readonly (readonly [RegExp, WaitClass])[] = [
  [/^wait\/lock\/metadata/, 'lockObject'],
  [/^wait\/lock\/table/, 'lockObject'],
  [/^wait\/synch/, 'latch'],
  [/^wait\/io\/file\/(innodb\/innodb_log|sql\/binlog)/, 'logCommit'],
  [/^wait\/io\/file\/innodb\/innodb_temp/, 'ioTemp'],
  [/^wait\/io\/file/, 'ioDataRead'],
  [/^wait\/io\/socket/, 'networkClient'],
];

/** Row-lock waits show in neither: the probes of locks tell them. */
export function waitClassOf(
  state: SessionState,
  threadState: string | null,
  event: string | null,
): WaitClass {
  if (state === 'idle') return 'idle';
  if (state === 'idleInTransaction') return 'idleInTransaction';
  const [, byState] = BY_STATE.find(([pattern]) => pattern.test(threadState ?? '')) ?? [];
  // The server's own threads keep the state of what they did last.
  const stale = state === 'background' && byState !== 'replication' && byState !== 'lockObject';
  if (byState !== undefined && !stale) return byState;
  const byEvent = BY_EVENT.find(([pattern]) => pattern.test(event ?? ''));
  if (byEvent !== undefined) return byEvent[1];
  return state === 'background' ? 'idle' : 'cpu';
}
