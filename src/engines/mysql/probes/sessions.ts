import type { InstanceFacts } from '../../../core/facts.js';
import type { Probe } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import type { SessionKind, SessionRow, SessionState } from '../../../core/session.js';
import { sampledDigest } from '../sampled-texts.js';
import { flavourQuery, hasPerformanceSchema, isMariadb, NO_PERFORMANCE_SCHEMA } from '../select.js';
import { waitClassOf } from '../wait-classes.js';

/** Columns of queries/sessions-*. Times are lengths in ms; `now_ms` is the server's clock. */
interface SessionColumns {
  readonly id: number;
  readonly type: 'FOREGROUND' | 'BACKGROUND';
  readonly name: string;
  readonly os_tid: number | null;
  readonly account: string | null;
  readonly host: string | null;
  readonly db: string | null;
  readonly command: string | null;
  readonly time_ms: number | null;
  readonly state: string | null;
  readonly digest: string | null;
  readonly info: string | null;
  readonly statement_ms: number | null;
  readonly transaction_ms: number | null;
  readonly wait_event: string | null;
  readonly now_ms: number;
}

/**
 * MySQL: performance_schema.threads and the current events, which take no mutex that statements need. MariaDB:
 * information_schema.PROCESSLIST, which has the thread's id (TID) and is there with performance_schema off.
 */
export const sessions: Probe = {
  name: 'sessions',
  lane: 'tick',
  select: (facts) =>
    isMariadb(facts) || hasPerformanceSchema(facts) ? flavourQuery('sessions', facts) : NO_PERFORMANCE_SCHEMA,
  toRecords(rows, { facts }) {
    const byId = new Map<string, SessionRow>();
    for (const row of rows) {
      const session = sessionOf(row, facts);
      // A statement within a stored routine has a row of its own; the outer one came first.
      if (!byId.has(session.id)) byId.set(session.id, session);
    }
    const [first] = rows;
    return {
      sessions: [...byId.values()],
      ...(first === undefined ? {} : { serverNowMs: Number(first.now_ms) }),
    };
  },
};

function sessionOf(row: Row, facts: InstanceFacts): SessionRow {
  const columns = row as unknown as SessionColumns;
  const kind = kindOf(columns);
  const state = stateOf(columns, kind);
  const nowMs = Number(columns.now_ms);
  const ago = (ms: number | null) => (ms === null ? null : nowMs - Number(ms));
  const { address, port } = endpointOf(columns.host);
  return {
    id: String(columns.id),
    // Neither flavour tells when a session began; ids are never used again before a restart.
    startedAtMs: null,
    osPid: null,
    osTid: columns.os_tid === null ? null : Number(columns.os_tid),
    kind,
    backendType: kind === 'client' ? 'client' : backendTypeOf(columns.name),
    leaderId: null,
    database: columns.db,
    user: columns.account,
    application: null,
    clientAddress: kind === 'client' ? address : null,
    clientPort: kind === 'client' ? port : null,
    state,
    digest: state === 'active' ? digestOf(columns, facts) : null,
    waitEventType: columns.wait_event === null ? null : (columns.wait_event.split('/')[1] ?? null),
    waitEvent: columns.wait_event ?? (columns.state === '' ? null : columns.state),
    waitClass: waitClassOf(state, columns.state, columns.wait_event),
    statementStartedAtMs: state === 'active' ? ago(columns.statement_ms ?? columns.time_ms) : null,
    transactionStartedAtMs: ago(columns.transaction_ms),
    stateChangedAtMs: ago(columns.time_ms),
    blockedBy: [],
    tempBytes: null,
  };
}

function digestOf({ digest, info }: SessionColumns, facts: InstanceFacts): string | null {
  if (digest !== null) return digest;
  return info === null || info === '' ? null : sampledDigest(facts, info);
}

function kindOf({ type, name, command }: SessionColumns): SessionKind {
  if (command === 'Binlog Dump' || command === 'Binlog Dump GTID' || /slave|replica/i.test(name))
    return 'replication';
  if (type === 'FOREGROUND' && command !== 'Daemon') return 'client';
  if (/purge|page_flush|page_cleaner|master|event_scheduler|stats/i.test(name)) return 'maintenance';
  return /io_|log_|buf_|aio/i.test(name) ? 'storage' : 'system';
}

function stateOf({ command, transaction_ms }: SessionColumns, kind: SessionKind): SessionState {
  if (kind !== 'client') return 'background';
  if (command === null) return 'unknown';
  if (command !== 'Sleep') return 'active';
  return transaction_ms === null ? 'idle' : 'idleInTransaction';
}

/** `thread/innodb/page_flush_thread` and MariaDB's command words. */
function backendTypeOf(name: string): string {
  return name.replace(/^thread\//, '');
}

/** `host:port`; a host alone where the version shows no port; `localhost` without one is a Unix socket. */
function endpointOf(host: string | null): { address: string | null; port: number | null } {
  if (host === null || host === '' || host === 'localhost') return { address: null, port: null };
  const [, name = host, port] = /^(.*):(\d+)$/.exec(host) ?? [];
  return {
    address: name === 'localhost' ? '127.0.0.1' : name,
    port: port === undefined ? null : Number(port),
  };
}
