import type { Party } from './party.js';
import type { Step } from './transactions.js';

/**
 * How far a transaction is that takes locks of one class in two steps by one statement: at its first, or at a later
 * one. Null where it cannot be told; a wrong answer would turn the test of order (self-order.ts) round.
 */
export type Stage = 'first' | 'later';

/** What tells the stage: it is known, or follows from when in its transaction the statement began. */
export interface Sight {
  readonly known: Stage | null;
  readonly offsetMs: number | null;
}

const KEPT = 400;
const LEAST_PART = 0.1;
const LEAST_COUNT = 5;
const SPLIT_EVERY = 40;
/** The gap that parts two steps, as a ratio of times in the transaction, and the part of all that may lie in it. */
const WIDTH = Math.log(2.5);
const MOST_BETWEEN = 0.04;

/** When the first row was locked, as a share of the time from the begin of the transaction to that of the statement. */
const MOST_ERROR = 0.2;
const LATER_BELOW = 0.5;
const FIRST_ABOVE = 0.8;

/** So many must be known to have been at a later step, and so few of all known on the wrong side of the split. */
const LEAST_KNOWN = 4;
const MOST_WRONG = 0.05;

interface Offsets {
  /** Of transactions that were seen at both steps, or whose first write tells at which they are. */
  readonly first: number[];
  readonly later: number[];
  readonly values: number[];
  readonly seen: Set<string>;
  split: number | null;
  /** Times noted since they were last split. */
  fresh: number;
}

export class Stages {
  readonly #offsets = new Map<string, Offsets>();

  /** Notes when in its transaction a statement began. */
  note(party: Party): void {
    const { session, transaction } = party;
    const { digest, statementStartedAtMs, transactionStartedAtMs, rowsModified } = session;
    if (digest === null || transaction === null || rowsModified !== null) return;
    if (statementStartedAtMs === null || transactionStartedAtMs === null) return;
    const known = this.#offsetsOf(digest);
    const key = `${transaction.key}/${statementStartedAtMs}`;
    if (known.seen.has(key)) return;
    if (known.seen.size > 2 * KEPT) known.seen.clear();
    known.seen.add(key);
    known.values.push(offsetOf(statementStartedAtMs, transactionStartedAtMs));
    if (known.values.length > KEPT) known.values.shift();
    noteKnown(known, transaction.steps, digest, transactionStartedAtMs);
    const stage = byFirstWrite(party);
    if (stage !== null) keep(known[stage], statementStartedAtMs - transactionStartedAtMs);
    known.fresh += 1;
    if (known.fresh < splitAfter(known)) return;
    // One that was found stays while it holds for those whose step is known.
    known.split = splitOf(known.values) ?? known.split;
    known.fresh = 0;
  }

  /** What there is to tell the stage by of the statement that the party runs or ran last. */
  sightOf(party: Party): Sight {
    const { session, past, exact, waits } = party;
    const { digest, statementStartedAtMs, transactionStartedAtMs, rowsModified } = session;
    const waiting = waits.length > 0;
    const repeated = past.filter((each) => each === digest).length;
    const before = waiting || session.state === 'active' ? repeated : repeated - 1;
    if (before > 0) return { known: 'later', offsetMs: null };
    if (exact) return { known: 'first', offsetMs: null };
    if (rowsModified !== null)
      return { known: (waiting ? rowsModified : rowsModified - 1) > 0 ? 'later' : 'first', offsetMs: null };
    if (statementStartedAtMs === null || transactionStartedAtMs === null)
      return { known: null, offsetMs: null };
    return { known: byFirstWrite(party), offsetMs: offsetOf(statementStartedAtMs, transactionStartedAtMs) };
  }

  /** The stage of a sight, by all that is known now; null where it cannot be told. */
  stageOf(digest: string, { known, offsetMs }: Sight): Stage | null {
    if (known !== null || offsetMs === null) return known;
    const split = trusted(this.#offsets.get(digest));
    return split === null ? null : offsetMs < split ? 'first' : 'later';
  }

  /** Of statements whose step was known once: of the others nothing is told by times. */
  kept() {
    return {
      offsets: new Map([...this.#offsets].filter(([, { first, later }]) => first.length + later.length > 0)),
    };
  }

  recall({ offsets }: ReturnType<Stages['kept']>): void {
    for (const [digest, known] of offsets) this.#offsets.set(digest, { ...known, seen: new Set() });
  }

  #offsetsOf(digest: string): Offsets {
    const known = this.#offsets.get(digest);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    const fresh: Offsets = { first: [], later: [], values: [], seen, split: null, fresh: 0 };
    this.#offsets.set(digest, fresh);
    return fresh;
  }
}

/** Often while little is known: without a split each of 400 times would be sorted with every new one. */
function splitAfter({ values, split }: Offsets): number {
  return split === null ? Math.max(LEAST_COUNT, values.length / 10) : SPLIT_EVERY;
}

function offsetOf(statementStartedAtMs: number, transactionStartedAtMs: number): number {
  return Math.max(0.05, statementStartedAtMs - transactionStartedAtMs);
}

/**
 * Where the times part into two groups with a wide and nearly empty gap between them; null where they do not. The lowest
 * such gap: the first step follows BEGIN closely, later ones come at any time, so that a gap among them is one of chance.
 */
function splitOf(values: readonly number[]): number | null {
  const sorted = values.map(Math.log).sort((a, b) => a - b);
  const edge = Math.max(LEAST_COUNT, Math.ceil(sorted.length * LEAST_PART));
  const most = Math.floor(sorted.length * MOST_BETWEEN);
  const first = sorted[edge - 1];
  const last = sorted[sorted.length - edge];
  if (first === undefined || last === undefined) return null;
  // The times within the gap are those from `low` to before `high`; both only move up.
  let low = 0;
  let high = 0;
  for (let from = first; from + WIDTH <= last; from += WIDTH / 8) {
    while ((sorted[low] as number) <= from) low += 1;
    while ((sorted[high] as number) < from + WIDTH) high += 1;
    if (high - low <= most) return Math.exp(from + WIDTH / 2);
  }
  return null;
}

/** Seen at two steps: the first of them was the first, and this one is later. */
function noteKnown(
  known: Offsets,
  steps: readonly Step[],
  digest: string,
  transactionStartedAtMs: number,
): void {
  const own = steps.filter((step) => step.digest === digest).flatMap(({ startedAtMs }) => startedAtMs ?? []);
  const [first, second] = own;
  if (first === undefined || second === undefined || own.length > 2) return;
  keep(known.first, first - transactionStartedAtMs);
  keep(known.later, second - transactionStartedAtMs);
}

function keep(list: number[], offsetMs: number): void {
  list.push(offsetMs);
  if (list.length > KEPT) list.shift();
}

/**
 * A transaction that has locks on one relation only: its first row was locked by the statement that it is at, or by one before.
 * Null where the statement began too soon after the transaction to tell.
 */
function byFirstWrite({ session, firstWrite, holds }: Party): Stage | null {
  const { statementStartedAtMs, transactionStartedAtMs } = session;
  if (firstWrite === null || holds.size !== 1) return null;
  if (statementStartedAtMs === null || transactionStartedAtMs === null) return null;
  const offsetMs = statementStartedAtMs - transactionStartedAtMs;
  if (firstWrite.errorMs > MOST_ERROR * offsetMs) return null;
  const share = (firstWrite.atMs - transactionStartedAtMs) / offsetMs;
  if (share < LATER_BELOW) return 'later';
  return share > FIRST_ABOVE ? 'first' : null;
}

/** The split, where it holds for those whose step is known: on a busy client the first one begins late, too. */
function trusted(known: Offsets | undefined): number | null {
  if (known === undefined || known.split === null || known.later.length < LEAST_KNOWN) return null;
  const { split, first, later } = known;
  const wrong = first.filter((each) => each >= split).length + later.filter((each) => each < split).length;
  return wrong <= MOST_WRONG * (first.length + later.length) ? split : null;
}
