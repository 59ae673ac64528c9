import type { RelationLock } from '../../../core/relation-use.js';
import type { Row } from '../../../core/row.js';
import { isNamed, TOLD_BY_TEXT, wantedMode } from './inferred.js';
import { numberOf } from './rows.js';

const WAITING = 'Waiting for table metadata lock';
/** An open transaction may have used the table before: in the table's own schema, and in another. */
const MAY_HAVE_USED = 0.3;
const ELSEWHERE = 0.1;
/** Starts of transactions are whole seconds: one older than its statement by this much has a past. */
const PAST_MS = 1_500;

/** Rows of relation-use: locks as the server lists them, and sessions that must be told by their statements. Pure. */
export function relationLocks(
  rows: readonly Row[],
  [schema, table]: readonly [string | null, string],
): RelationLock[] {
  return rows.flatMap((row) => {
    if (row.row_kind === 'session') {
      const told = byStatement(row, schema, table) ?? byTransaction(row, schema);
      return told === null ? [] : [lockOf(row, told)];
    }
    if (row.row_kind !== 'lock') return [];
    const listed = {
      mode: String(row.mode).replace(/^MDL_/, ''),
      granted: row.status === 'GRANTED',
      confidence: 1,
    };
    // METADATA_LOCK_INFO shows what an ALTER holds, and not what it waits for.
    const wanted = row.state === WAITING ? byStatement(row, schema, table) : null;
    return [listed, ...(wanted === null ? [] : [wanted])].map((known) => lockOf(row, known));
  });
}

type Known = Pick<RelationLock, 'mode' | 'granted' | 'confidence'>;

/** Null where the session's statement does not name the table. */
function byStatement(row: Row, schema: string | null, table: string): Known | null {
  const text = String(row.info ?? '');
  if (!isNamed({ type: 'TABLE', db: schema, name: table }, text, dbOf(row))) return null;
  return { mode: wantedMode('TABLE', text), granted: row.state !== WAITING, confidence: TOLD_BY_TEXT };
}

/** Null for a session without a transaction that is older than its statement. */
function byTransaction(row: Row, schema: string | null): Known | null {
  const openMs = numberOf(row.transaction_ms as number | string | null);
  const idle = row.command === 'Sleep';
  if (openMs === null || (!idle && openMs - Number(row.state_ms) < PAST_MS)) return null;
  const db = dbOf(row);
  const own = schema === null || db === null || db === schema;
  return { mode: 'unknown', granted: true, confidence: own ? MAY_HAVE_USED : ELSEWHERE };
}

function dbOf({ db }: Row): string | null {
  return db === null ? null : String(db);
}

function lockOf(row: Row, known: Known): RelationLock {
  const transactionAgeMs = numberOf(row.transaction_ms as number | string | null);
  const idle = row.command === 'Sleep';
  return {
    sessionId: String(row.id),
    ...known,
    user: row.account === null ? null : String(row.account),
    application: null,
    state: idle ? (transactionAgeMs === null ? 'idle' : 'idleInTransaction') : 'active',
    transactionAgeMs,
    stateAgeMs: numberOf(row.state_ms as number | string | null),
  };
}
