import type { Connection, Engine } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Lane, Probe, ProbeRecords, ProbeTick, SelectedQuery } from '../core/probe.js';
import { DEADLINES } from './deadlines.js';
import type { Meter } from './meter.js';

/** A probe that failed this often in a row is left alone until the next connect. */
const MOST_FAILURES = 3;

/** Asked so often that the server had better keep the plan. */
const REPEATED: ReadonlySet<Lane> = new Set<Lane>(['tick', 'locks', 'watch', 'armed']);

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

  inLane(lane: Lane): readonly Probe[] {
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
      const records = await this.run(probe, tick, signal, DEADLINES.slowLane);
      this.#failures.delete(probe);
      return records;
    } catch (error) {
      this.meter.failed(probe.name);
      this.#failures.set(probe, (this.#failures.get(probe) ?? 0) + 1);
      this.logger.warn(
        { instance: tick.instance, probe: probe.name, error: (error as Error).message },
        'probe failed',
      );
      return {};
    }
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
    const elapsedMs = performance.now() - started;
    const records = probe.toRecords(rows, tick);
    this.meter.ran(probe.name, elapsedMs, records.sessions?.length ?? rows.length);
    return records;
  }
}
