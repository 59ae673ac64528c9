import type { HostReader } from '../core/host.js';
import type { LockReading } from '../core/locks.js';
import type { ProbeRecords, ProbeTick } from '../core/probe.js';
import type { CounterSample } from '../core/samples.js';
import { cgroupCounters } from './cgroup-counters.js';
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

/** The probes of the ten-second lane and what the control group of a local server says. */
export class CountersLane {
  readonly #table = new ServerCounters();

  constructor(
    private readonly runner: ProbeRunner,
    private readonly host: Pick<HostReader, 'readCgroup'>,
    /** Null: not on this host. */
    private readonly serverPid: number | null,
  ) {}

  async read(tick: ProbeTick, signal: AbortSignal): Promise<CountersFound> {
    const cgroup = this.serverPid === null ? null : this.host.readCgroup(this.serverPid);
    const rows: CounterSample[] = counterSamples(
      tick.instance,
      cgroup === null ? [] : cgroupCounters(cgroup),
      this.#table,
      tick.atMs,
    );
    let records: ProbeRecords = {};
    const taken = await this.runner.mayAll(this.runner.inLane('counters'), tick, signal);
    for (const found of taken.values()) {
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
