import type { ProcessTitle } from '../../core/engine.js';
import type { SessionRow } from '../../core/session.js';
import { waitClassOf } from './wait-classes.js';

/**
 * Process titles of backends (`update_process_title`, world-readable):
 * `postgres: [cluster: ]user database host(port) ACTIVITY[ waiting]`, or `postgres: [cluster: ]checkpointer` and the like.
 */
const CLIENT = /^postgres: (?:\S+: )?(\S+) (\S+) (\[local\]|\S+\(\d+\)|\S+) (.+?)( waiting)?\s*$/;
const BACKGROUND =
  /^postgres: (?:\S+: )?(checkpointer|background writer|walwriter|autovacuum launcher|autovacuum worker|logger|archiver|stats collector|startup|walreceiver|walsender|io worker|logical replication launcher|slotsync worker|parallel worker)/;

/** What the titles still tell of the sessions when the server refuses connections. */
export function sessionsFromTitles(titles: readonly ProcessTitle[]): SessionRow[] {
  return titles.map(sessionOf);
}

function sessionOf({ pid, title, startedAtMs }: ProcessTitle): SessionRow {
  const background = BACKGROUND.exec(title);
  const client = background === null ? CLIENT.exec(title) : null;
  const [, user = null, database = null, from = null, activity = '', waiting] = client ?? [];
  const state = client === null ? 'background' : stateOf(activity);
  const [, address = null, port = null] = /^(.+)\((\d+)\)$/.exec(from ?? '') ?? [];
  const waitType = waiting === undefined ? null : 'Lock';
  return {
    id: String(pid),
    startedAtMs,
    osPid: pid,
    osTid: null,
    kind: client === null ? 'system' : 'client',
    backendType: background?.[1] ?? (client === null ? 'unknown' : 'client backend'),
    leaderId: null,
    database,
    user,
    application: null,
    clientAddress: address,
    clientPort: port === null ? null : Number(port),
    state,
    digest: null,
    waitEventType: waitType,
    waitEvent: null,
    waitClass: waitClassOf(state, waitType, null),
    statementStartedAtMs: null,
    transactionStartedAtMs: null,
    stateChangedAtMs: null,
    blockedBy: [],
    tempBytes: null,
  };
}

function stateOf(activity: string): SessionRow['state'] {
  if (activity === 'idle') return 'idle';
  if (activity.startsWith('idle in transaction (aborted)')) return 'idleInTransactionAborted';
  return activity.startsWith('idle in transaction') ? 'idleInTransaction' : 'active';
}
