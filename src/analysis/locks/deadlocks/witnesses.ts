import type { LockClass } from './classes.js';
import type { Party, Scene, Wait } from './party.js';
import { isFirstStatement, type StatementClasses } from './statement-classes.js';

/**
 * A wait that shows half of an inversion: the waiter holds `held` and waits for `wanted`, and the one who has `wanted`
 * does not have `held` yet (or took it after). If its like goes on to `held`, the circle can close.
 */
export interface Witness {
  readonly held: LockClass;
  readonly wanted: LockClass;
  /** Null where the statement that took it was not seen. */
  readonly heldBy: string | null;
  readonly wantedBy: string | null;
  /** What the holder ran when it took `wanted`, as far as known. */
  readonly holderDigest: string | null;
  readonly wait: Wait;
}

export function witnessesOf(scene: Scene, statements: StatementClasses): Witness[] {
  const settled = scene.waits.filter(
    ({ waiter, holder }) => !waiter.listed || (waiter.settled && holder.settled),
  );
  return settled.flatMap((wait) =>
    [...earlier(wait, statements)]
      .filter((held) => tookOtherFirst(wait, held, statements))
      .map((held) => ({
        held,
        wanted: wait.name,
        heldBy: takerOf(wait.waiter, held, statements),
        wantedBy: wait.waiter.session.digest,
        holderDigest: takerOf(wait.holder, wait.name, statements),
        wait,
      })),
  );
}

/** What the waiter held before its present statement, of other classes than it waits for. */
function earlier({ waiter, name }: Wait, statements: StatementClasses): Set<LockClass> {
  const { digest } = waiter.session;
  if (isFirstStatement(waiter)) return new Set();
  const own = digest === null ? new Set<LockClass>() : statements.classesOf(digest);
  return new Set(
    [...waiter.holds.keys()].filter(
      (held) =>
        held !== name &&
        !own.has(held) &&
        !sameRelation(held, name) &&
        (statements.takenBy(waiter, held) !== digest || digest === null),
    ),
  );
}

function tookOtherFirst({ holder, name }: Wait, held: LockClass, statements: StatementClasses): boolean {
  if (!holder.holds.has(held)) return holder.complete;
  const { digest } = holder.session;
  if (digest === null) return false;
  const at = statements.classesOf(digest);
  const took = statements.takenBy(holder, held);
  return at.has(held) && !at.has(name) && (took === null || took === digest);
}

/** An index or the metadata of the same table is no other thing. */
function sameRelation(a: LockClass, b: LockClass): boolean {
  return a.replace(/^metadata /, '') === b.replace(/^metadata /, '');
}

/** The statement by which the party took the class; null where that was not seen. */
function takerOf(party: Party, name: LockClass, statements: StatementClasses): string | null {
  const taken = statements.takenBy(party, name);
  if (taken !== null) return taken;
  const [first, ...more] = party.past.filter((digest) => statements.classesOf(digest).has(name));
  return more.length === 0 ? (first ?? null) : null;
}
