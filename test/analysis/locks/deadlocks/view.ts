import type { LockEdge, LockReading, LockRow, LockSession } from '../../../../src/core/locks.js';
import type { SessionRow } from '../../../../src/core/session.js';
import { blockersOf, digestOf, relationOf, type SimulatedEngine, START, type Worker } from './worker.js';

/** What the collector would see of the toy server. */
export function sessionRow(worker: Worker, engine: SimulatedEngine): SessionRow {
  const session = lockSession(worker, engine);
  return {
    id: session.id,
    startedAtMs: START,
    osPid: null,
    osTid: null,
    kind: 'client',
    backendType: 'client backend',
    leaderId: null,
    database: 'shop',
    user: 'app',
    application: 'sim',
    clientAddress: null,
    clientPort: null,
    state: session.state,
    digest: session.digest,
    waitEventType: null,
    waitEvent: null,
    waitClass: 'cpu',
    statementStartedAtMs: session.statementStartedAtMs,
    transactionStartedAtMs: session.transactionStartedAtMs,
    stateChangedAtMs: null,
    blockedBy: [],
    tempBytes: null,
  };
}

function lockSession(worker: Worker, engine: SimulatedEngine): LockSession {
  const idle = worker.state === 'idle';
  const last = worker.done.at(-1);
  const digest =
    worker.wants !== null ? digestOf(worker.wants.step) : last === undefined ? 'BEGIN' : digestOf(last);
  const second = (ms: number) => (engine === 'mysql' ? Math.floor(ms / 1000) * 1000 : ms);
  return {
    id: worker.id,
    startedAtMs: START,
    backendType: 'client backend',
    database: 'shop',
    user: 'app',
    application: 'sim',
    state: worker.state === 'wait' ? 'active' : idle ? 'idle' : 'idleInTransaction',
    digest: idle ? null : digest,
    transactionStartedAtMs: idle ? null : START + second(worker.transactionAt),
    statementStartedAtMs:
      idle || (last === undefined && worker.wants === null) ? null : START + worker.statementAt,
    stateChangedAtMs: null,
    rowsModified:
      engine === 'mysql' ? worker.done.filter(({ how }) => how !== 'share' && how !== 'probe').length : null,
    rowsLocked: engine === 'mysql' ? worker.held.length : null,
    locksHeld: null,
    xminAge: null,
    xid: engine === 'postgresql' ? worker.xid : null,
  };
}

export function readingOf(
  workers: readonly Worker[],
  now: number,
  engine: SimulatedEngine,
  versions: ReadonlyMap<string, number>,
  nextXid: number,
): LockReading {
  const edges: LockEdge[] = workers.flatMap((worker) => {
    if (worker.state !== 'wait' || worker.wants === null) return [];
    const { resource, mode, step } = worker.wants;
    return blockersOf(worker, workers).map((blocker) => ({
      waiterId: worker.id,
      blockerId: blocker.id,
      kind: 'hard' as const,
      mode:
        engine === 'mysql' ? (mode === 'I' ? 'X,GAP,INSERT_INTENTION' : `${mode},REC_NOT_GAP`) : 'ShareLock',
      resource: {
        key: resource,
        kind:
          step.how === 'gate' ? ('advisory' as const) : mode === 'I' ? ('gap' as const) : ('row' as const),
        database: 'shop',
        relation: step.how === 'gate' ? null : relationOf(step),
        index: null,
        row: null,
        // PostgreSQL: nothing but the end of the other is waited for by who inserts a unique key, or has the row shared.
        ...(engine === 'postgresql' && step.how !== 'gate'
          ? step.how === 'insert' || worker.held.some((held) => held.resource === resource)
            ? { key: `transaction:${blocker.id}`, kind: 'transaction' as const, relation: null }
            : { key: `row:${resource}:${versions.get(resource) ?? 0}` }
          : {}),
      },
      waitStartedAtMs: START + worker.waitAt,
      confidence: 1,
    }));
  });
  const wanted = new Set(
    workers.flatMap(({ wants, state }) => (wants === null || state !== 'wait' ? [] : [wants.resource])),
  );
  const ids = new Set(edges.flatMap(({ waiterId, blockerId }) => [waiterId, blockerId]));
  const involved = workers.filter(({ id }) => ids.has(id));
  return {
    atMs: START + now,
    serverNowMs: START + now,
    sessions: involved.map((worker) => lockSession(worker, engine)),
    locks: involved.flatMap((worker) => locksOf(worker, engine, wanted)),
    edges,
    nextXid: engine === 'postgresql' ? nextXid : null,
  };
}

/**
 * PostgreSQL: relation locks of whoever is involved. InnoDB: what blocks somebody (what is waited for is in edges), and
 * what a waiter has, with the side on which its key is.
 */
function locksOf(worker: Worker, engine: SimulatedEngine, wanted: ReadonlySet<string>): LockRow[] {
  const touched = [...worker.done, ...(worker.wants === null ? [] : [worker.wants.step])];
  const relations = new Set<string>();
  const touch = (relation: string, weak: boolean) =>
    relations.add(`${weak ? 'RowShareLock' : 'RowExclusiveLock'} ${relation}`);
  for (const step of engine === 'mysql' ? [] : touched.filter(({ how }) => how !== 'gate')) {
    touch(step.on, step.how === 'share');
    if (step.parent !== undefined) touch(step.parent, true);
  }
  const granted = { sessionId: worker.id, granted: true, waitStartedAtMs: null };
  const place = { database: 'shop', index: null, row: null };
  const rows: LockRow[] = [...relations]
    .map((each) => each.split(' ') as [string, string])
    .map(([mode, relation]) => ({
      ...granted,
      resource: { key: `table:${relation}`, kind: 'table', relation, ...place },
      mode,
      fastPath: true,
    }));
  const named = worker.held.filter(({ step, resource }) =>
    engine === 'mysql' ? wanted.has(resource) || worker.state === 'wait' : step.how === 'gate',
  );
  return [
    ...rows,
    ...named.map(
      ({ resource, mode, step }): LockRow => ({
        ...granted,
        resource: {
          ...place,
          key: resource,
          kind: step.how === 'gate' ? 'advisory' : mode === 'G' ? 'gap' : 'row',
          relation: step.how === 'gate' ? null : relationOf(step),
        },
        mode: step.how === 'gate' ? 'ExclusiveLock' : mode === 'G' ? 'X,GAP' : `${mode},REC_NOT_GAP`,
        fastPath: engine === 'mysql' ? null : false,
        keyOrder: engine === 'mysql' ? sideOf(resource, worker.wants) : null,
      }),
    ),
  ];
}

function sideOf(held: string, wants: Worker['wants']): 'before' | 'after' | null {
  const [[on, key], [other, wanted]] = [held.split('/'), (wants?.resource ?? '').split('/')];
  if (on !== other || key === wanted) return null;
  return Number(key) < Number(wanted) ? 'before' : 'after';
}
