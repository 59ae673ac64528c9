import type { ProcessCost } from '../../src/core/process.js';
import type { SessionRow } from '../../src/core/session.js';
import type { StatementDelta } from '../../src/core/statement.js';
import type { AttributionTick } from '../../src/core/usage.js';

export const session = (id: number, more: Partial<SessionRow> = {}): SessionRow => ({
  id: String(id),
  startedAtMs: 1,
  osPid: id,
  osTid: null,
  kind: 'client',
  backendType: 'client backend',
  leaderId: null,
  database: 'shop',
  user: 'app',
  application: null,
  clientAddress: null,
  clientPort: null,
  state: 'active',
  digest: 'a',
  waitEventType: null,
  waitEvent: null,
  waitClass: 'cpu',
  statementStartedAtMs: 0,
  transactionStartedAtMs: 0,
  stateChangedAtMs: 0,
  blockedBy: [],
  tempBytes: null,
  ...more,
});

export const cost = (cpuNs: number, more: Partial<ProcessCost> = {}): ProcessCost => ({
  cpuNs,
  runQueueNs: 0,
  timeslices: 1,
  readBytes: 0,
  writeBytes: 0,
  readCharBytes: 0,
  writeCharBytes: 0,
  readCalls: 0,
  writeCalls: 0,
  residentBytes: 1,
  anonBytes: 1,
  minorFaults: 0,
  majorFaults: 0,
  blockIoDelayMs: null,
  state: 'R',
  elapsedMs: 1000,
  ...more,
});

export const delta = (digest: string, calls: number, execMs: number): StatementDelta => ({
  digest,
  database: 'shop',
  user: 'app',
  topLevel: true,
  calls,
  rows: calls,
  execMs,
  commitTimed: false,
  planMs: null,
  ioMs: null,
  sharedHitBytes: 0,
  sharedReadBytes: 0,
  sharedWrittenBytes: 0,
  tempReadBytes: 0,
  tempWrittenBytes: 0,
  walBytes: 0,
  fromMs: 0,
  toMs: 0,
});

export const tick = (atMs: number, more: Partial<AttributionTick>): AttributionTick => ({
  atMs,
  elapsedMs: 1000,
  clockOffsetMs: 0,
  sessions: [],
  ownSessionIds: new Set(),
  processes: new Map(),
  endedCpuNs: 0,
  statements: null,
  ioInFlight: null,
  ...more,
});
