import type { Probe } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import type { SessionKind, SessionRow } from '../../../core/session.js';
import { queryFor } from '../select.js';
import { stateOf } from '../states.js';
import { waitClassOf } from '../wait-classes.js';

/** Columns of queries/sessions. */
interface ActivityRow {
  /** In the row of the session that asks. */
  readonly server_now_ms: number | null;
  readonly database_id: string | null;
  readonly user_id: string | null;
  readonly pid: string;
  readonly application: string | null;
  readonly state: string | null;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly transaction_started_at_ms: number | null;
  readonly statement_started_at_ms: number | null;
  readonly started_at_ms: number | null;
  readonly state_changed_at_ms: number | null;
  readonly client_address: string | null;
  readonly client_port: number | null;
  readonly backend_type: string | null;
  readonly leader_id: string | null;
  readonly query_id: string | null;
  readonly text_hash: string | null;
}

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

/** Every second: what each session and server process does. Database and user are ids; the names probe names them. */
export const sessions: Probe = {
  name: 'sessions',
  lane: 'tick',
  select: (facts) => queryFor('sessions', facts),
  toRecords(rows) {
    const now = rows.find((row) => row.server_now_ms !== null)?.server_now_ms;
    return {
      sessions: rows.map(sessionOf),
      ...(now === undefined ? {} : { serverNowMs: Number(now) }),
    };
  },
};

function sessionOf(row: Row): SessionRow {
  const activity = row as unknown as ActivityRow;
  // Without a privilege the server hides even the type of other users' sessions.
  const backendType = activity.backend_type ?? 'hidden';
  const kind = activity.backend_type === null ? 'client' : (KINDS[backendType] ?? 'system');
  const state = stateOf(activity.state, activity.backend_type);
  return {
    id: activity.pid,
    startedAtMs: activity.started_at_ms,
    osPid: Number(activity.pid),
    osTid: null,
    kind,
    backendType,
    leaderId: activity.leader_id === activity.pid ? null : activity.leader_id,
    database: activity.database_id === '0' ? null : activity.database_id,
    user: activity.user_id === '0' ? null : activity.user_id,
    application: activity.application === '' ? null : activity.application,
    clientAddress: activity.client_address,
    clientPort: activity.client_port === -1 ? null : activity.client_port,
    state,
    digest: state === 'active' ? digestOf(activity) : null,
    waitEventType: activity.wait_event_type,
    waitEvent: activity.wait_event,
    waitClass: waitClassOf(state, activity.wait_event_type, activity.wait_event),
    statementStartedAtMs: activity.statement_started_at_ms,
    transactionStartedAtMs: activity.transaction_started_at_ms,
    stateChangedAtMs: activity.state_changed_at_ms,
    blockedBy: [],
    tempBytes: null,
  };
}

/** query_id stays set after a statement ended; a hash of the text stands in where there is none. */
function digestOf(row: ActivityRow): string | null {
  if (row.query_id !== null) return row.query_id;
  return row.text_hash === null ? null : `t:${row.text_hash}`;
}
