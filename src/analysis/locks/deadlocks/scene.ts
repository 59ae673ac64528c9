import type { LockEdge, LockReading, LockSession } from '../../../core/locks.js';
import { classOf, heldClasses, isGapOnly, type LockClass, type Strength } from './classes.js';
import type { HeldRow, Party, Scene } from './party.js';
import type { Pasts } from './pasts.js';
import type { StatementClasses } from './statement-classes.js';
import type { Transaction, Transactions } from './transactions.js';
import type { XidClock } from './xid-clock.js';

export interface Knowledge {
  readonly transactions: Transactions;
  readonly statements: StatementClasses;
  readonly xids: XidClock;
  /** Where the server keeps a history of statements; null elsewhere. */
  readonly pasts: Pasts | null;
}

/** `offsetMs`: the server's clock minus ours. */
export function sceneOf(reading: LockReading, offsetMs: number, knowledge: Knowledge): Scene {
  knowledge.xids.note(reading.nextXid, reading.serverNowMs);
  const parties = partiesOf(reading, offsetMs, knowledge);
  const waits = reading.edges.flatMap((edge) => {
    const waiter = parties.get(edge.waiterId);
    const holder = parties.get(edge.blockerId);
    if (edge.kind !== 'hard' || waiter === undefined || holder === undefined) return [];
    const name = classOf(edge.resource) ?? inferred(edge, waiter, holder, knowledge.statements);
    return name === null ? [] : [{ edge, waiter, holder, name }];
  });
  return { atMs: reading.atMs, serverNowMs: reading.serverNowMs, parties, waits };
}

function partiesOf(reading: LockReading, offsetMs: number, knowledge: Knowledge): Map<string, Party> {
  const waits = new Map<string, LockEdge[]>();
  for (const edge of reading.edges) waits.set(edge.waiterId, [...(waits.get(edge.waiterId) ?? []), edge]);
  const locks = new Map<string, LockReading['locks'][number][]>();
  for (const lock of reading.locks) {
    const mine = locks.get(lock.sessionId);
    if (mine === undefined) locks.set(lock.sessionId, [lock]);
    else mine.push(lock);
  }
  return new Map(
    reading.sessions.map((session) => [
      session.id,
      oneParty(
        session,
        locks.get(session.id) ?? [],
        waits.get(session.id) ?? [],
        { atMs: reading.atMs, offsetMs },
        knowledge,
      ),
    ]),
  );
}

function oneParty(
  session: LockSession,
  locks: LockReading['locks'],
  waits: readonly LockEdge[],
  { atMs, offsetMs }: { readonly atMs: number; readonly offsetMs: number },
  knowledge: Knowledge,
): Party {
  const { transactions, statements, pasts, xids } = knowledge;
  const transaction = transactions.see(session, atMs);
  const fromHistory = pasts === null ? null : pastOf(session, waits.length > 0, pasts, statements);
  const past = fromHistory ?? seenPast(session, transaction, waits.length > 0);
  const holds = new Map<LockClass, Strength>();
  for (const lock of locks)
    if (lock.granted)
      for (const [name, strength] of heldClasses(lock))
        if (holds.get(name) !== 'exclusive') holds.set(name, strength);
  const relationsListed = locks.some(
    ({ resource: { kind }, fastPath }) => kind === 'table' && fastPath !== null,
  );
  if (!relationsListed)
    for (const digest of past)
      for (const name of statements.classesOf(digest)) if (!holds.has(name)) holds.set(name, 'exclusive');
  return {
    session,
    transaction,
    key: transaction?.key ?? session.id,
    past,
    exact: fromHistory !== null,
    firstWrite: xids.firstWrite(session.xid),
    holds,
    shares: new Set(
      locks.flatMap(({ granted, mode, resource }) =>
        granted && mode === 'RowShareLock' && resource.relation !== null ? [resource.relation] : [],
      ),
    ),
    rows: rowsOf(locks),
    complete: relationsListed
      ? (session.locksHeld ?? 0) <= locks.length + UNLISTED
      : fromHistory !== null || (session.rowsModified !== null && session.rowsModified <= 1),
    settled: (session.transactionStartedAtMs ?? Number.POSITIVE_INFINITY) < atMs + offsetMs - CLOCK_ERROR_MS,
    listed: relationsListed,
    waits,
  };
}

const CLOCK_ERROR_MS = 5;
/** PostgreSQL counts the locks on the own transaction's ids too, which say nothing. */
const UNLISTED = 4;

function pastOf(
  { id, digest, rowsModified }: LockSession,
  waiting: boolean,
  pasts: Pasts,
  statements: StatementClasses,
): readonly string[] | null {
  if (digest === null) return null;
  const changes = (each: string) => statements.classesOf(each).size > 0;
  const done = waiting || rowsModified === null ? rowsModified : rowsModified - 1;
  const before = pasts.before(id, digest, done, changes);
  return before === null || waiting ? before : [...before, digest];
}

function seenPast(
  session: LockSession,
  transaction: Transaction | null,
  waiting: boolean,
): readonly string[] {
  const seen = transaction?.steps.map(({ digest }) => digest) ?? [];
  return waiting || session.state === 'active' ? seen.slice(0, -1) : seen;
}

/** Rows by names that last; PostgreSQL's places of rows, which the next transaction will not find them at, are none. */
function rowsOf(locks: LockReading['locks']): Party['rows'] {
  const rows = new Map<string, HeldRow>();
  for (const { granted, resource, mode, keyOrder = null } of locks) {
    const { kind, key, relation, row } = resource;
    if (!granted || relation === null || (kind !== 'row' && kind !== 'gap') || row?.startsWith('(')) continue;
    const known = rows.get(key);
    if (known === undefined || isGapOnly(known.mode)) rows.set(key, { mode, name: relation, side: keyOrder });
  }
  return rows;
}

/**
 * The wait names no relation, only whose end it is for: on PostgreSQL that of a unique key being inserted, and that of a
 * waiter who has the row shared already. Then it is the one relation that both write to, or whose rows both have shared.
 */
function inferred(
  edge: LockEdge,
  waiter: Party,
  holder: Party,
  statements: StatementClasses,
): LockClass | null {
  if (edge.resource.kind !== 'transaction') return null;
  const { digest } = waiter.session;
  const shared = [...waiter.shares].filter((name) => holder.holds.get(name) === 'shared');
  const [upgraded] = shared;
  const known = digest === null ? null : statements.classesOf(digest);
  const other = digest !== holder.session.digest && waiter.past.at(-1) !== digest;
  if (upgraded !== undefined && shared.length === 1 && (other || known?.has(upgraded))) return upgraded;
  const both = [...waiter.holds]
    .filter(([name, strength]) => strength === 'exclusive' && holder.holds.get(name) === 'exclusive')
    .map(([name]) => name);
  const tables = both.length > 1 ? both.filter((name) => !SEQUENCE.test(name)) : both;
  // With a shared one besides it is a guess which of them, until the statement is known to lock there.
  if (tables.length === 1 && upgraded === undefined) return tables[0] ?? null;
  const shown = tables.filter((name) => known?.has(name));
  return shown.length === 1 ? (shown[0] ?? null) : null;
}

/** As `serial` and identity columns name theirs. */
const SEQUENCE = /_seq$/;
