import { statementIdOf } from '../../../core/ids.js';
import type { DeadlockParty } from '../../../core/lock-samples.js';
import { resourceText } from '../../../core/lock-words.js';
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
  name: LockClass | null,
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
    waitsFor: edge === null ? null : whatOf(edge, name),
    mode: edge?.mode ?? null,
  };
}

/** One party for each edge: what it holds is what the one before it waits for. */
export function partiesOf(instance: string, cycle: Cycle, scene: Scene): DeadlockParty[] {
  return cycle.map((edge, index) => {
    const before = cycle.at(index - 1) as LockEdge;
    const party = scene.parties.get(edge.waiterId);
    const holds = [whatOf(before, nameOf(before, scene))];
    if (party !== undefined) return partyOf(instance, party, edge, holds, nameOf(edge, scene));
    return {
      sessionId: edge.waiterId,
      user: null,
      application: null,
      statementIds: [],
      holds,
      waitsFor: whatOf(edge, null),
      mode: edge.mode,
    };
  });
}

/** Classes around a cycle, each once; of an edge that names none, what the scene made of it. */
export function classesAround(cycle: Cycle, scene: Scene): LockClass[] {
  return [...new Set(cycle.flatMap((edge) => nameOf(edge, scene) ?? []))].sort();
}

function nameOf({ resource, waiterId, blockerId }: LockEdge, { waits }: Scene): LockClass | null {
  const wait = waits.find(({ edge }) => edge.waiterId === waiterId && edge.blockerId === blockerId);
  return classOf(resource) ?? wait?.name ?? null;
}

function whatOf({ resource }: LockEdge, name: LockClass | null): string {
  return resourceText(
    resource.kind === 'transaction' ? { ...resource, relation: resource.relation ?? name } : resource,
  );
}
