import type { EngineName } from '../../../core/engine-name.js';

/** What is known of the session that holds others up. */
export interface Culprit {
  readonly id: string;
  readonly state: string;
  readonly backendType: string | null;
  readonly inCycle: boolean;
}

/** What a person could do about a root blocker, gentlest first. Text only. */
export function adviceFor(engine: EngineName | null, culprit: Culprit): string {
  const { id, state, backendType, inCycle } = culprit;
  if (inCycle)
    return 'They wait for one another. The server ends one of them when it looks for deadlocks; where it cannot see the cycle, one of them must be ended by hand.';
  if (id.startsWith('prepared:')) return preparedAdvice(engine, id.slice('prepared:'.length));
  if (backendType?.startsWith('autovacuum'))
    return `Autovacuum gives way by itself unless it prevents wraparound (then let it finish). By hand: SELECT pg_cancel_backend(${pid(id)}); it will start again.`;
  if (backendType === 'walsender' || backendType === 'startup')
    return 'A replication process: do not end it; see what it replays or sends.';
  if (state.startsWith('idleInTransaction'))
    return `It does nothing and holds its locks: ask its owner to commit. ${ending(engine, id)} Its uncommitted work is then lost. ${idleLimit(engine)}`;
  if (state === 'idle')
    return `It does nothing and holds a lock of its session (advisory, LOCK TABLES): ask its owner to release it. ${ending(engine, id)}`;
  return `It still works: let it finish if that is near. ${stopping(engine, id)} Its uncommitted work is then lost.`;
}

function stopping(engine: EngineName | null, id: string): string {
  switch (engine) {
    case 'postgresql':
      return `To stop the statement: SELECT pg_cancel_backend(${pid(id)}); if that does not help: SELECT pg_terminate_backend(${pid(id)});`;
    case 'mysql':
      return `To stop the statement: KILL QUERY ${pid(id)}; (its transaction keeps its locks); to end the session: KILL ${pid(id)};`;
    default:
      return ending(engine, id);
  }
}

function ending(engine: EngineName | null, id: string): string {
  switch (engine) {
    case 'postgresql':
      return `To end the session: SELECT pg_terminate_backend(${pid(id)});`;
    case 'mysql':
      return `To end the session: KILL ${pid(id)};`;
    default:
      return 'End its session with the means of the server.';
  }
}

function idleLimit(engine: EngineName | null): string {
  switch (engine) {
    case 'postgresql':
      return 'Against the next time: idle_in_transaction_session_timeout.';
    case 'mysql':
      return 'Against the next time: wait_timeout, and autocommit in the application (MariaDB: idle_transaction_timeout).';
    default:
      return '';
  }
}

function preparedAdvice(engine: EngineName | null, name: string): string {
  const commands =
    engine === 'mysql'
      ? `XA RECOVER; names it; XA COMMIT … or XA ROLLBACK …`
      : `COMMIT PREPARED ${literal(name)}; or ROLLBACK PREPARED ${literal(name)}; in its database`;
  return `A prepared transaction: no session owns it, and it outlives restarts. Ask its transaction manager for the outcome first; then ${commands}. Deciding otherwise than the manager breaks the data's agreement.`;
}

/** Ids are the server's numbers; anything else is not pasted into a statement. */
function pid(id: string): string {
  return /^\d+$/.test(id) ? id : '…';
}

function literal(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}
