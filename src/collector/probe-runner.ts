import type { Connection, Engine } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Lane, Probe, ProbeRecords, ProbeTick, SelectedQuery } from '../core/probe.js';
import type { Row } from '../core/row.js';
import { DEADLINES } from './deadlines.js';
import type { Meter } from './meter.js';

/** A probe that failed this often in a row is left alone until the next connect. */
const MOST_FAILURES = 3;

/** Asked so often that the server had better keep the plan. */
const REPEATED: ReadonlySet<Lane> = new Set<Lane>(['tick', 'locks', 'watch', 'armed', 'digests', 'counters']);

/** The probes of one connection: which statement each has for this server is decided once. */
export class ProbeRunner {
  readonly #selected = new Map<Probe, SelectedQuery>();
  readonly #failures = new Map<Probe, number>();

  constructor(
    engine: Engine,
    private readonly connection: Connection,
    private readonly meter: Meter,
    private readonly logger: Logger,
  ) {
    for (const probe of engine.probes) {
      const selected = probe.select(connection.facts);
      if ('sql' in selected) this.#selected.set(probe, selected);
    }
  }

  inLane(lane: Lane): Probe[] {
    return [...this.#selected.keys()].filter(
      (probe) => probe.lane === lane && (this.#failures.get(probe) ?? 0) < MOST_FAILURES,
    );
  }

  named(name: string): Probe | null {
    return [...this.#selected.keys()].find((probe) => probe.name === name) ?? null;
  }

  /** The snapshot's failure is the tick's; it is thrown. CAPABILITY_UNAVAILABLE: this login may not take it. */
  async must(probe: Probe, tick: ProbeTick, signal: AbortSignal): Promise<ProbeRecords> {
    const selected = probe.select(tick.facts);
    if ('unavailable' in selected)
      throw new DbvitalsError(
        'CAPABILITY_UNAVAILABLE',
        `no ${probe.name} of ${tick.instance}: ${selected.unavailable}`,
        { instance: tick.instance, ...(selected.remedy === null ? {} : { remedy: selected.remedy }) },
      );
    return this.run(probe, tick, signal, DEADLINES.snapshot);
  }

  /** A slower probe's failure costs only its own figures. A lost connection shows at the next snapshot. */
  async may(probe: Probe, tick: ProbeTick, signal: AbortSignal): Promise<ProbeRecords> {
    try {
      return await this.run(probe, tick, signal, DEADLINES.slowLane);
    } catch (error) {
      if (signal.aborted) return {};
      this.meter.failed(probe.name);
      this.#failures.set(probe, (this.#failures.get(probe) ?? 0) + 1);
      this.logger.warn(
        { instance: tick.instance, probe: probe.name, error: (error as Error).message },
        'probe failed',
      );
      return {};
    }
  }

  /** The snapshot as `must` takes it and the others as `may` does, in one round trip where the engine can. */
  async mustAndMay(
    snapshot: Probe,
    others: readonly Probe[],
    tick: ProbeTick,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Probe, ProbeRecords>> {
    const found = await this.#together([snapshot, ...others], tick, signal, DEADLINES.snapshot);
    if (found !== null) return found;
    const first = await this.must(snapshot, tick, signal);
    return new Map([[snapshot, first], ...(await this.#oneByOne(others, tick, signal))]);
  }

  /** Each as `may` does, in one round trip where the engine can. */
  async mayAll(
    probes: readonly Probe[],
    tick: ProbeTick,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Probe, ProbeRecords>> {
    const found = await this.#together(probes, tick, signal, DEADLINES.slowLane).catch(() => null);
    return found ?? new Map(await this.#oneByOne(probes, tick, signal));
  }

  /** One round trip; what went wrong is thrown and not counted here. */
  async run(probe: Probe, tick: ProbeTick, signal: AbortSignal, deadlineMs: number): Promise<ProbeRecords> {
    const started = performance.now();
    const query = this.#selected.get(probe) as SelectedQuery;
    const rows = await this.connection.query(query, probe.parameters?.(tick) ?? [], {
      signal,
      deadlineMs,
      repeated: REPEATED.has(probe.lane),
    });
    return this.#taken(probe, rows, tick, performance.now() - started);
  }

  async #oneByOne(probes: readonly Probe[], tick: ProbeTick, signal: AbortSignal) {
    const found: [Probe, ProbeRecords][] = [];
    for (const probe of probes) found.push([probe, await this.may(probe, tick, signal)]);
    return found;
  }

  /** Null: not to be had so. */
  async #together(
    probes: readonly Probe[],
    tick: ProbeTick,
    signal: AbortSignal,
    deadlineMs: number,
  ): Promise<ReadonlyMap<Probe, ProbeRecords> | null> {
    const queries = probes.flatMap((probe) => this.#selected.get(probe) ?? []);
    if (queries.length < probes.length || probes.some(({ parameters }) => parameters !== undefined))
      return null;
    const started = performance.now();
    const rows = await this.connection.together(queries, { signal, deadlineMs });
    if (rows === null) return null;
    // Who took how much of it cannot be told from here.
    const eachMs = (performance.now() - started) / probes.length;
    try {
      return new Map(
        probes.map((probe, index) => [probe, this.#taken(probe, rows[index] ?? [], tick, eachMs)]),
      );
    } catch {
      // One of them cannot be read: whose fault it is shows when each is asked alone.
      return null;
    }
  }

  #taken(probe: Probe, rows: readonly Row[], tick: ProbeTick, elapsedMs: number): ProbeRecords {
    const records = probe.toRecords(rows, tick);
    this.meter.ran(probe.name, elapsedMs, records.sessions?.length ?? rows.length);
    this.#failures.delete(probe);
    return records;
  }
}
