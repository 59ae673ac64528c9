import type { InstanceFacts } from '../../../core/facts.js';
import type { Probe } from '../../../core/probe.js';
import type { SessionKind, SessionRow, SessionState } from '../../../core/session.js';
import { sampledDigest } from '../sampled-texts.js';
import { has, isMariadb, queryFor } from '../select.js';
import { threadKindOf } from '../thread-kinds.js';
import { waitClassOf } from '../wait-classes.js';

/**
 * Columns of queries/sessions-*: one row per part of a session, because scanning each view once and joining here costs the
 * server 4-5 ms at 1,000 sessions, and joining there 20 ms on MySQL and, with more transactions, 85 ms on MariaDB (decisions/0009).
 * `session`: a thread; `statement`, `transaction`, `wait`: what thread `thread` is in now, `name` being the digest or the
 * event; `endpoint`: `host` with the port of session `id`, `application`: the program that its driver named; `clock`: `ms` is the server's time.
 */
interface PartColumns {
  readonly part: 'session' | 'statement' | 'transaction' | 'wait' | 'endpoint' | 'application' | 'clock';
  readonly thread: number | null;
  readonly id: number | null;
  readonly type: 'FOREGROUND' | 'BACKGROUND' | null;
  readonly name: string | null;
  readonly os_tid: number | null;
  readonly account: string | null;
  readonly host: string | null;
  readonly db: string | null;
  readonly command: string | null;
  readonly state: string | null;
  /** How long it has lasted; null for threads that do not say. */
  readonly ms: number | null;
  readonly info: string | null;
}

type Parts = Readonly<Record<PartColumns['part'], ReadonlyMap<number | null, PartColumns>>>;

/**
 * MySQL: performance_schema.threads and the current events, which take no mutex that statements need. MariaDB:
 * information_schema.PROCESSLIST, which has the thread's id (TID) and is there with performance_schema off; with it on,
 * performance_schema.threads has the server's own threads too.
 */
export const sessions: Probe = {
  name: 'sessions',
  lane: 'tick',
  select(facts) {
    const details = facts.capabilities.find(({ capability }) => capability === 'sessions.details');
    if (details?.available !== true)
      return { unavailable: details?.reason ?? 'sessions may not be read', remedy: details?.remedy ?? null };
    if (!isMariadb(facts)) return queryFor('sessions-mysql', facts);
    return queryFor(has(facts, 'background.names') ? 'sessions-mariadb-schema' : 'sessions-mariadb', facts);
  },
  toRecords(rows, { facts }) {
    const parts = partsOf(rows as unknown as readonly PartColumns[]);
    const serverNowMs = Number(parts.clock.get(null)?.ms);
    return {
      sessions: [...parts.session.values()].map((row) => sessionOf(row, parts, serverNowMs, facts)),
      serverNowMs,
    };
  },
};

function partsOf(rows: readonly PartColumns[]): Parts {
  const parts = {
    session: new Map<number | null, PartColumns>(),
    statement: new Map<number | null, PartColumns>(),
    transaction: new Map<number | null, PartColumns>(),
    wait: new Map<number | null, PartColumns>(),
    endpoint: new Map<number | null, PartColumns>(),
    application: new Map<number | null, PartColumns>(),
    clock: new Map<number | null, PartColumns>(),
  };
  for (const row of rows) {
    const key = row.part === 'endpoint' || row.part === 'application' ? row.id : row.thread;
    // A transaction within a transaction (XA, a stored function) has a row of its own; the outer one comes first.
    if (!parts[row.part].has(key)) parts[row.part].set(key, row);
  }
  return parts;
}

function sessionOf(row: PartColumns, parts: Parts, nowMs: number, facts: InstanceFacts): SessionRow {
  const name = row.name ?? '';
  const { thread, command, os_tid: osTid, state: threadState } = row;
  const kind = threadKindOf({ ...row, name });
  const statement = parts.statement.get(thread);
  const event = parts.wait.get(thread)?.name ?? null;
  const transactionMs = parts.transaction.get(thread)?.ms ?? null;
  const state = stateOf(command, transactionMs, kind);
  const active = state === 'active';
  const ago = (ms: number | null) => (ms === null ? null : nowMs - Number(ms));
  const client = kind === 'client' || command?.startsWith('Binlog Dump');
  const { address, port } = endpointOf(client ? (parts.endpoint.get(row.id)?.host ?? row.host) : null);
  return {
    // The server's own threads have no id of a session; theirs are below zero.
    id: String(row.id ?? -Math.abs(thread ?? 0)),
    // Neither flavour tells when a session began; ids are never used again before a restart.
    startedAtMs: null,
    osPid: null,
    osTid: osTid === null ? null : Number(osTid),
    kind,
    backendType: kind === 'client' ? 'client' : (backendTypeOf(command) ?? name.replace(/^thread\//, '')),
    leaderId: null,
    database: row.db,
    user: row.account,
    application: parts.application.get(row.id)?.name ?? null,
    clientAddress: address,
    clientPort: port,
    state,
    digest: active ? digestOf(statement?.name ?? null, row.info, facts) : null,
    waitEventType: event?.split('/')[1] ?? null,
    waitEvent: event ?? (threadState === '' ? null : threadState),
    waitClass: waitClassOf(state, threadState, event),
    statementStartedAtMs: active ? ago(statement?.ms ?? row.ms) : null,
    transactionStartedAtMs: ago(transactionMs),
    stateChangedAtMs: ago(row.ms),
    blockedBy: [],
    tempBytes: null,
  };
}

function digestOf(digest: string | null, info: string | null, facts: InstanceFacts): string | null {
  if (digest !== null) return digest;
  return info === null || info === '' ? null : sampledDigest(facts, info);
}

function stateOf(command: string | null, transactionMs: number | null, kind: SessionKind): SessionState {
  if (kind !== 'client') return 'background';
  if (command === null) return 'unknown';
  if (command !== 'Sleep') return 'active';
  return transactionMs === null ? 'idle' : 'idleInTransaction';
}

/** MariaDB names its replication threads and both flavours name senders of the binary log by their command only. */
function backendTypeOf(command: string | null): string | null {
  return /^(Binlog Dump|Slave_)/.test(command ?? '') ? command : null;
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
