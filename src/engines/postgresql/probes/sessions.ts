import type { InstanceFacts } from '../../../core/facts.js';
import { interned } from '../../../core/interned.js';
import type { Probe } from '../../../core/probe.js';
import type { SessionKind, SessionRow } from '../../../core/session.js';
import { queryFor } from '../select.js';
import { Fields } from '../session-lines.js';
import { stateOf } from '../states.js';
import { waitClassOf } from '../wait-classes.js';

const KINDS: Readonly<Record<string, SessionKind>> = {
  'client backend': 'client',
  'parallel worker': 'parallelWorker',
  'autovacuum worker': 'maintenance',
  'autovacuum launcher': 'maintenance',
  walsender: 'replication',
  walreceiver: 'replication',
  'logical replication launcher': 'replication',
  'logical replication worker': 'replication',
  'logical replication apply worker': 'replication',
  'logical replication tablesync worker': 'replication',
  'slotsync worker': 'replication',
  checkpointer: 'storage',
  'background writer': 'storage',
  walwriter: 'storage',
  'io worker': 'storage',
};

/** Lines of the last reading, by connection: a session that did nothing since has the same line, and keeps its row. */
const last = new WeakMap<InstanceFacts, ReadonlyMap<string, SessionRow>>();

/** Every second: what each session and server process does. Database and user are ids; the names probe names them. */
export const sessions: Probe = {
  name: 'sessions',
  lane: 'tick',
  select: (facts) => queryFor('sessions', facts),
  toRecords([row], { facts }) {
    const text = String(row?.lines ?? '');
    const before = last.get(facts);
    const rows = new Map<string, SessionRow>();
    const fields = new Fields(text);
    let at = 0;
    for (const line of text.split('\n')) {
      rows.set(line, before?.get(line) ?? sessionOf(fields.lineAt(at)));
      at += line.length + 1;
    }
    last.set(facts, rows);
    return { sessions: [...rows.values()], serverNowMs: Number(row?.server_now_ms) };
  },
};

const NOBODY: readonly string[] = [];

/** In the order of queries/sessions. */
function sessionOf(fields: Fields): SessionRow {
  const id = fields.word() ?? '';
  const startedAtMs = fields.timeMs();
  const database = fields.word();
  const user = fields.word();
  const application = fields.word();
  const clientAddress = fields.word();
  const clientPort = fields.number();
  const type = fields.word();
  const leaderId = fields.word();
  const stateName = fields.word();
  const waitEventType = fields.word();
  const waitEvent = fields.word();
  const transactionStartedAtMs = fields.timeMs();
  const statementStartedAtMs = fields.timeMs();
  const stateChangedAtMs = fields.timeMs();
  const queryId = fields.word();
  const textHash = fields.word();
  const state = stateOf(stateName, type);
  return {
    id,
    startedAtMs,
    osPid: Number(id),
    osTid: null,
    // Without a privilege the server hides even the type of other users' sessions.
    kind: type === null ? 'client' : (KINDS[type] ?? 'system'),
    backendType: type ?? 'hidden',
    leaderId: leaderId === id ? null : leaderId,
    database: database === '0' ? null : database,
    user: user === '0' ? null : user,
    application,
    clientAddress,
    clientPort: clientPort === -1 ? null : clientPort,
    state,
    digest: state === 'active' ? digestOf(queryId, textHash) : null,
    waitEventType,
    waitEvent,
    waitClass: waitClassOf(state, waitEventType, waitEvent),
    statementStartedAtMs,
    transactionStartedAtMs,
    stateChangedAtMs,
    blockedBy: NOBODY,
    tempBytes: null,
  };
}

/** query_id stays set after a statement ended; a hash of the text stands in where there is none. */
function digestOf(queryId: string | null, textHash: string | null): string | null {
  if (queryId !== null) return queryId;
  return textHash === null ? null : interned(`t:${textHash}`);
}
