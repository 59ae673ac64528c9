import { deadlockIdOf, statementIdOf } from '../../../core/ids.js';
import type { ReportedDeadlock } from '../../../core/lock-analyst.js';
import type { DeadlockRecord } from '../../../core/lock-samples.js';
import type { LockClass } from './classes.js';

/** Two sources mean the same deadlock when their times are this close and no party speaks against it. */
const SAME_MS = 5_000;
/** The server's counter may be read this long after the deadlock. */
const COUNTED_MS = 75_000;
const MOST_KEPT = 1_000;

/** Deadlocks that happened, each once, whoever tells of it: a cycle that stood, the server's text, its counter. */
export class DeadlockHistory {
  readonly #kept: DeadlockRecord[] = [];
  /** Of the kept ones, those that a reading of the counter has accounted for. */
  readonly #counted = new Set<string>();
  readonly #told = new Set<string>();

  constructor(private readonly instance: string) {}

  /**
   * A cycle that stood is gone as the server would end it; null where the server has told of it already, and of the same
   * things: PostgreSQL's log names transactions only.
   */
  fromCycle(record: DeadlockRecord): DeadlockRecord | null {
    const atMs = record.outcomeAtMs ?? record.atMs;
    const ids = record.parties.flatMap(({ sessionId }) => sessionId ?? []);
    const known = this.#sameAs(atMs, ids);
    const same = known?.resources.some((name) => record.resources.includes(name)) ?? false;
    if (known !== null && known.parties.length > 0 && (same || record.resources.length === 0)) return null;
    if (known !== null) this.#kept.splice(this.#kept.indexOf(known), 1);
    return this.#keep({
      ...record,
      deadlockId: known?.deadlockId ?? deadlockIdOf(this.instance, 'happened', record.deadlockId),
      kind: 'happened',
      atMs,
      expectedAtMs: atMs,
      probability: 1,
      victimId: known?.victimId ?? record.victimId,
      outcome: null,
      outcomeAtMs: null,
      source: known === null || known.parties.length === 0 ? 'cycle seen' : `${known.source}, cycle seen`,
    });
  }

  /** As the server tells it; a record known from elsewhere gets its details. Null for one that was told before. */
  fromServer(
    told: ReportedDeadlock,
    classesOf: (digest: string) => readonly LockClass[],
  ): DeadlockRecord | null {
    const ids = told.parties.map(({ sessionId }) => sessionId);
    const own = `${told.source}\0${Math.round(told.atMs / 1000)}\0${[...ids].sort().join(',')}`;
    if (this.#told.has(own)) return null;
    this.#told.add(own);
    const known = this.#sameAs(told.atMs, ids);
    const named = told.parties.flatMap(({ waitsFor }) => waitsFor ?? []);
    const record: DeadlockRecord = {
      instance: this.instance,
      deadlockId: known?.deadlockId ?? deadlockIdOf(this.instance, 'happened', own),
      kind: 'happened',
      atMs: known?.atMs ?? told.atMs,
      parties: told.parties.map(({ sessionId, digest, waitsFor, mode }) => {
        const seen = known?.parties.find((party) => party.sessionId === sessionId);
        const id = digest === null ? [] : [statementIdOf(this.instance, digest)];
        return {
          sessionId,
          user: seen?.user ?? null,
          application: seen?.application ?? null,
          statementIds: seen !== undefined && seen.statementIds.length > 0 ? seen.statementIds : id,
          holds: seen?.holds ?? [],
          waitsFor: seen?.waitsFor ?? waitsFor,
          mode: seen?.mode ?? mode,
        };
      }),
      resources:
        known !== null && known.resources.length > 0
          ? known.resources
          : namedClasses(
              named,
              told.parties.flatMap(({ digest }) => (digest === null ? [] : classesOf(digest))),
            ),
      victimId: told.victimId ?? known?.victimId ?? null,
      expectedAtMs: known?.expectedAtMs ?? told.atMs,
      probability: 1,
      outcome: null,
      outcomeAtMs: null,
      source: known === null ? told.source : `${told.source}, ${known.source}`,
      advice: known?.advice ?? '',
    };
    if (known !== null) this.#kept.splice(this.#kept.indexOf(known), 1);
    return this.#keep(record);
  }

  /** The server's counter went up by this much: what nobody has told of becomes a record without parties. */
  fromCounter(count: number, atMs: number): DeadlockRecord[] {
    const known = this.#kept.filter(
      (record) => atMs - record.atMs < COUNTED_MS && !this.#counted.has(record.deadlockId),
    );
    for (const { deadlockId } of known.slice(0, count)) this.#counted.add(deadlockId);
    return Array.from({ length: Math.max(0, count - known.length) }, (_, index) => {
      const record = this.#unknown(atMs, index);
      this.#counted.add(record.deadlockId);
      return this.#keep(record);
    });
  }

  #unknown(atMs: number, index: number): DeadlockRecord {
    return {
      instance: this.instance,
      deadlockId: deadlockIdOf(this.instance, 'happened', 'counter', String(atMs), String(index)),
      kind: 'happened',
      atMs,
      parties: [],
      resources: [],
      victimId: null,
      expectedAtMs: null,
      probability: 1,
      outcome: null,
      outcomeAtMs: null,
      source: 'counter',
      advice:
        'The server counted it and told no more: see docs/deadlocks.md for what makes it log the parties.',
    };
  }

  /** A counted one without parties takes any; else at least two sessions are the same. */
  #sameAs(atMs: number, ids: readonly string[]): DeadlockRecord | null {
    return (
      this.#kept.findLast(({ atMs: other, parties, source }) => {
        if (parties.length === 0) return source === 'counter' && other >= atMs && other - atMs < COUNTED_MS;
        const common = parties.filter(
          ({ sessionId }) => sessionId !== null && ids.includes(sessionId),
        ).length;
        return Math.abs(other - atMs) < SAME_MS && common >= 2;
      }) ?? null
    );
  }

  #keep(record: DeadlockRecord): DeadlockRecord {
    this.#kept.push(record);
    if (this.#kept.length > MOST_KEPT) this.#kept.shift();
    return record;
  }
}

function namedClasses(waits: readonly string[], learnt: readonly LockClass[]): string[] {
  return [...new Set(learnt.length > 0 ? learnt : waits)].sort();
}
