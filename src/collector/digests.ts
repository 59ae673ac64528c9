import type { Connection } from '../core/engine.js';
import { statementIdOf } from '../core/ids.js';
import type { Probe, ProbeTick, StatementReading } from '../core/probe.js';
import type { StatementDelta } from '../core/statement.js';
import { DIGESTS_EVERY_MS, due, TICK_MS } from './deadlines.js';
import type { Directory } from './directory.js';
import type { Meter } from './meter.js';
import type { CollectorPorts } from './ports.js';
import type { ProbeRunner } from './probe-runner.js';
import { StatementDeltas } from './statement-deltas.js';

/** The server needs about 0.9 µs per digest: one reading per second for each thousand of them is 0.1 % of a core. */
const DIGESTS_PER_SECOND = 1_000;

/** Statements of one connection: their counters as differences, and their texts when they are first seen. */
export class Digests {
  readonly #deltas = new StatementDeltas();
  #lastMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #later: Probe | null = null;

  constructor(
    private readonly ports: CollectorPorts,
    private readonly connection: Connection,
    private readonly runner: ProbeRunner,
    private readonly directory: Directory,
    private readonly meter: Meter,
  ) {}

  /** The probe of their counters when these are due and to be asked with the snapshot. */
  dueWithSnapshot(atMs: number, factor: number): Probe | null {
    const probe = this.runner.inLane('digests')[0];
    const everyMs = Math.min(DIGESTS_EVERY_MS, Math.floor(this.#count / DIGESTS_PER_SECOND) * 1000);
    // Half a tick less: ticks are never exactly a second apart.
    const waitMs = Math.max(TICK_MS, everyMs) * factor - TICK_MS / 2;
    if (probe === undefined || !due(atMs, this.#lastMs, waitMs)) return null;
    this.#lastMs = atMs;
    if (everyMs === 0) return probe;
    // Many would come between the snapshot and the reading of its processes.
    this.#later = probe;
    return null;
  }

  /** What ran since the last reading; null where none was taken. `asked`: what came with the snapshot. */
  async counters(
    asked: StatementReading | undefined,
    tick: ProbeTick,
    signal: AbortSignal,
  ): Promise<readonly StatementDelta[] | null> {
    const { atMs } = tick;
    const later = this.#later;
    this.#later = null;
    const statements = later === null ? asked : (await this.runner.may(later, tick, signal)).statements;
    this.#count = statements?.counters.length ?? this.#count;
    const deltas = statements === undefined ? null : this.#deltas.next(statements, atMs);
    if (deltas === null) return null;
    await this.learnTexts(new Set(deltas.map(({ digest }) => digest)), atMs, signal);
    const theirs = deltas.filter(({ digest }) => !this.directory.isOwn(digest));
    const named = theirs.map((delta) => ({
      ...delta,
      database: this.directory.database(delta.database),
      user: this.directory.user(delta.user),
    }));
    const instance = this.ports.target.name;
    this.ports.sink.append(
      'statement_counters',
      named.map((delta) => ({ ...delta, instance, statementId: statementIdOf(instance, delta.digest) })),
    );
    return named;
  }

  /** Never throws: without its text a statement is still told apart by its digest. */
  async learnTexts(digests: ReadonlySet<string>, atMs: number, signal: AbortSignal): Promise<void> {
    try {
      const texts = await this.directory.learnTexts(this.connection, digests, atMs, signal);
      if (texts.length > 0) this.ports.sink.append('statements', texts);
    } catch (error) {
      this.meter.failed('statement-texts');
      this.ports.logger.warn(
        { instance: this.ports.target.name, error: (error as Error).message },
        'texts not read',
      );
    }
  }
}
