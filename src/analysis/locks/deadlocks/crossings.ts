import type { LockClass } from './classes.js';
import { refill } from './packed.js';
import type { Witness } from './witnesses.js';

/** What is known of "holds `held`, waits for `wanted`, whose holder took it first". */
export interface Crossing {
  readonly held: LockClass;
  readonly wanted: LockClass;
  /** Pairs of transactions that showed it. */
  readonly seen: Set<string>;
  /** That none of the witnesses was one. */
  doubt: number;
  heldBy: string | null;
  wantedBy: string | null;
  holderDigests: Set<string>;
  user: string | null;
  application: string | null;
  lastAtMs: number;
}

/**
 * The chance that one witness was none: where the server lists what is held, a snapshot says it; elsewhere it is inferred
 * from statements, of which one may be mistaken for another.
 */
const DOUBT = { listed: 0.08, inferred: 0.2 };
/** Crossings older than this prove nothing about the programs of today. */
const KEPT_MS = 24 * 3_600_000;
const MOST_SEEN = 50;
const LONGEST = 4;

/** The graph of crossings: classes of locks are its nodes. */
export class Crossings {
  readonly #from = new Map<LockClass, Map<LockClass, Crossing>>();

  /** The crossing that the witness adds to, or null when this pair of transactions has shown it already. */
  add(witness: Witness, atMs: number): Crossing | null {
    const { held, wanted, wait } = witness;
    const targets = this.#from.get(held) ?? new Map<LockClass, Crossing>();
    this.#from.set(held, targets);
    const { user, application } = wait.waiter.session;
    const crossing = targets.get(wanted) ?? {
      held,
      wanted,
      seen: new Set<string>(),
      doubt: 1,
      heldBy: null,
      wantedBy: null,
      holderDigests: new Set<string>(),
      user,
      application,
      lastAtMs: atMs,
    };
    targets.set(wanted, crossing);
    crossing.lastAtMs = atMs;
    crossing.heldBy ??= witness.heldBy;
    crossing.wantedBy ??= witness.wantedBy;
    if (witness.holderDigest !== null) crossing.holderDigests.add(witness.holderDigest);
    const pair = `${wait.waiter.key} ${wait.holder.key}`;
    if (crossing.seen.has(pair)) return null;
    if (crossing.seen.size >= MOST_SEEN) return null;
    crossing.seen.add(pair);
    crossing.doubt *= wait.waiter.listed && wait.holder.listed ? DOUBT.listed : DOUBT.inferred;
    return crossing;
  }

  get(held: LockClass, wanted: LockClass): Crossing | null {
    return this.#from.get(held)?.get(wanted) ?? null;
  }

  /** Circles through this crossing, of two to four; each once, shortest first. */
  circles(start: Crossing, atMs: number): Crossing[][] {
    const found: Crossing[][] = [];
    let paths: Crossing[][] = [[start]];
    for (let length = 2; length <= LONGEST; length += 1) {
      paths = paths.flatMap((path) => this.#extensions(path, atMs));
      found.push(...paths.filter((path) => path.at(-1)?.wanted === start.held && fits(path.at(-1), start)));
      paths = paths.filter((path) => path.at(-1)?.wanted !== start.held).slice(0, 1_000);
    }
    return found;
  }

  kept() {
    return { from: this.#from };
  }

  recall({ from }: ReturnType<Crossings['kept']>): void {
    refill(this.#from, from);
  }

  #extensions(path: readonly Crossing[], atMs: number): Crossing[][] {
    const last = path.at(-1) as Crossing;
    const next = [...(this.#from.get(last.wanted)?.values() ?? [])];
    return next
      .filter(
        (crossing) =>
          atMs - crossing.lastAtMs < KEPT_MS &&
          fits(last, crossing) &&
          !path.some(({ wanted }) => wanted === crossing.wanted),
      )
      .map((crossing) => [...path, crossing]);
  }
}

/** The holder that one crossing waits for may be of the kind that the next is about: they took the lock by one statement. */
function fits(crossing: Crossing | undefined, next: Crossing): boolean {
  if (crossing === undefined) return false;
  const { holderDigests } = crossing;
  return next.heldBy === null || holderDigests.size === 0 || holderDigests.has(next.heldBy);
}
