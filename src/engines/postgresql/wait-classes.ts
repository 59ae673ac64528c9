import type { SessionState } from '../../core/session.js';
import type { WaitClass } from '../../core/wait-class.js';

/** By event type where all its events mean the same. Source: "Wait Event Types" of the PostgreSQL manual, 12-18. */
const BY_TYPE: Readonly<Record<string, WaitClass>> = {
  LWLock: 'latch',
  BufferPin: 'latch',
  Buffer: 'latch',
  Activity: 'idle',
  Client: 'networkClient',
  Extension: 'other',
  Timeout: 'idle',
};

const LOCKS: Readonly<Record<string, WaitClass>> = {
  transactionid: 'lockRow',
  tuple: 'lockRow',
  spectoken: 'lockRow',
  'speculative token': 'lockRow',
  advisory: 'lockApplication',
  userlock: 'lockApplication',
};

/** First matching prefix decides; the longest names stand first. */
const IO: readonly (readonly [RegExp, WaitClass])[] = [
  [/^BufFile/i, 'ioTemp'],
  [/^(WAL|Wal)(Read|Init|Copy|Sender)/, 'ioDataRead'],
  [/^(WAL|Wal)/, 'logCommit'],
  [/(Read|Prefetch)$/, 'ioDataRead'],
  [/^(AioIo|AIO)/, 'ioDataRead'],
  [/(Write|Extend|Flush|Sync|Truncate|Rename)/, 'ioDataWrite'],
];

const IPC: readonly (readonly [RegExp, WaitClass])[] = [
  [/^(SyncRep|RecoveryConflict|Replication|Logical|WalReceiver)/, 'replication'],
  [/^Hash/, 'ioTemp'],
  [/^(ExecuteGather|Parallel|MessageQueue|Btree|BgWorker|AppendReady)/, 'parallel'],
  [/^AioIo|^BufferIo|^BufferIO/, 'ioDataRead'],
];

/**
 * The class of what a session waits for. An active session without an event is `cpu`: whether it really runs is the
 * operating system's to say. An unmapped event is `other`.
 */
export function waitClassOf(state: SessionState, type: string | null, event: string | null): WaitClass {
  if (state === 'idle') return 'idle';
  if (state === 'idleInTransaction' || state === 'idleInTransactionAborted') return 'idleInTransaction';
  if (type === null) return state === 'unknown' ? 'other' : 'cpu';
  const name = event ?? '';
  if (type === 'Lock') return LOCKS[name] ?? 'lockObject';
  if (type === 'Timeout' && /^Vacuum/.test(name)) return 'throttle';
  if (type === 'LWLock' && /^(WALWrite|WALInsert|WALBufMapping)/.test(name)) return 'logCommit';
  if (type === 'IO') return firstOf(IO, name);
  if (type === 'IPC') return firstOf(IPC, name);
  return BY_TYPE[type] ?? 'other';
}

function firstOf(table: readonly (readonly [RegExp, WaitClass])[], name: string): WaitClass {
  return table.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}
