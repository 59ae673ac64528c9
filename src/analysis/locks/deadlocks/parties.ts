import { statementIdOf } from '../../../core/ids.js';
import type { DeadlockParty } from '../../../core/lock-samples.js';
import type { LockEdge } from '../../../core/locks.js';
import { classOf, type LockClass } from './classes.js';
import type { Cycle } from './cycles.js';
import type { Party, Scene } from './party.js';

/** Statements of one side that are told, the last ones. */
const MOST_STATEMENTS = 8;

export function partyOf(
  instance: string,
  party: Party,
  edge: LockEdge | null,
  holds: readonly LockClass[],
): DeadlockParty {
  const { session, transaction } = party;
  const digests = transaction?.steps.map(({ digest }) => digest) ?? [];
  if (session.digest !== null && digests.at(-1) !== session.digest) digests.push(session.digest);
  return {
    sessionId: session.id,
    user: session.user,
    application: session.application,
    statementIds: digests.slice(-MOST_STATEMENTS).map((digest) => statementIdOf(instance, digest)),
    holds: [...holds],
    waitsFor: edge === null ? null : whatOf(edge),
    mode: edge?.mode ?? null,
  };
}

/** One party for each edge: what it holds is what the one before it waits for. */
export function partiesOf(instance: string, cycle: Cycle, scene: Scene): DeadlockParty[] {
  return cycle.map((edge, index) => {
    const before = cycle.at(index - 1) as LockEdge;
    const party = scene.parties.get(edge.waiterId);
    if (party !== undefined) return partyOf(instance, party, edge, [whatOf(before)]);
    return {
      sessionId: edge.waiterId,
      user: null,
      application: null,
      statementIds: [],
      holds: [whatOf(before)],
      waitsFor: whatOf(edge),
      mode: edge.mode,
    };
  });
}

/** Classes around a cycle, each once; of an edge that names none, what the scene made of it. */
export function classesAround(cycle: Cycle, scene: Scene): LockClass[] {
  const names = cycle.flatMap(
    (edge) =>
      classOf(edge.resource) ??
      scene.waits.find(
        ({ edge: other }) => other.waiterId === edge.waiterId && other.blockerId === edge.blockerId,
      )?.name ??
      [],
  );
  return [...new Set(names)].sort();
}

function whatOf({ resource }: LockEdge): string {
  const { kind, relation, row, key, index } = resource;
  if (kind === 'row' || kind === 'gap')
    return `${kind} ${row ?? '?'} of ${relation ?? key}${index === null ? '' : `, index ${index}`}`;
  if (kind === 'transaction') return relation === null ? 'end of a transaction' : `a row of ${relation}`;
  return classOf(resource) ?? key;
}
