import type { LockReading } from '../core/locks.js';
import type { ProbeRecords, ProbeTick } from '../core/probe.js';
import type { CounterSample } from '../core/samples.js';
import type { ProbeRunner } from './probe-runner.js';
import { counterSamples, deadlocksIn, ServerCounters } from './records.js';

export interface CountersFound {
  readonly rows: readonly CounterSample[];
  readonly names: NonNullable<ProbeRecords['names']> | null;
  readonly sessionReads: ReadonlyMap<string, number> | null;
  /** Deadlocks that the server counted since the last reading; null where it does not. */
  readonly deadlocks: number | null;
  /** What long transactions hold. */
  readonly held: LockReading | null;
}

/** The probes of the ten-second lane, one after another. */
export class CountersLane {
  readonly #table = new ServerCounters();

  constructor(private readonly runner: ProbeRunner) {}

  async read(tick: ProbeTick, signal: AbortSignal): Promise<CountersFound> {
    const rows: CounterSample[] = [];
    let records: ProbeRecords = {};
    for (const probe of this.runner.inLane('counters')) {
      const found = await this.runner.may(probe, tick, signal);
      rows.push(...counterSamples(tick.instance, found.counters ?? [], this.#table, tick.atMs));
      records = { ...records, ...found };
    }
    return {
      rows,
      names: records.names ?? null,
      sessionReads: records.sessionReads ?? null,
      deadlocks: deadlocksIn(rows),
      held: records.held ?? null,
    };
  }
}
