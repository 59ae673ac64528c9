import { createLockAnalyst } from '../analysis/locks/index.js';
import { createAttributor } from '../attribution/index.js';
import type { Emit } from '../collector/index.js';
import { Budget, InstanceLoop, OwnShare, runTicker } from '../collector/index.js';
import type { Clock } from '../core/clock.js';
import type { Target } from '../core/engine.js';
import type { HostReader } from '../core/host.js';
import type { HostReading } from '../core/host-reading.js';
import type { Logger } from '../core/logger.js';
import type { SampleSink } from '../core/samples.js';
import { loadEngine } from '../engines/registry.js';
import { hostSamples } from '../host/index.js';
import { learntStore, NOTHING_LEARNT } from '../store/index.js';

export interface LiveParts {
  readonly host: HostReader;
  readonly sink: SampleSink;
  /** Where what was learnt outlives the process; null: nowhere. */
  readonly dataDir: string | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly emit: Emit;
  readonly budgetPercent: number;
}

const HOST_EVERY_MS = 1_000;
/**
 * Moments of a second at which instances tick. All at once would make fifty servers' sessions runnable at the same time; each at
 * its own moment costs half as much CPU again (50 instances: 76 to 85 ms/s at one moment, 90 at four, 122 at fifty).
 */
const MOMENTS = 4;

/** The loops of a collecting monitor: one per instance, one for the host they share. */
export class LiveMonitor {
  readonly #loops = new Map<string, InstanceLoop>();
  readonly #abort = new AbortController();
  readonly #budget: Budget;
  readonly #ownShare: OwnShare;
  #hostLoop: Promise<void> | null = null;
  #started = 0;

  constructor(private readonly parts: LiveParts) {
    this.#budget = new Budget(parts.budgetPercent, parts.clock);
    this.#ownShare = new OwnShare(
      processCpuNs,
      () => this.#watched(),
      () => parts.clock.monotonicMs(),
    );
  }

  loop(name: string): InstanceLoop | undefined {
    return this.#loops.get(name);
  }

  async add(target: Target): Promise<InstanceLoop> {
    const loop = new InstanceLoop({
      ...this.parts,
      engine: await loadEngine(target.engine),
      target,
      attributor: createAttributor({ instance: target.name }),
      lockAnalyst: createLockAnalyst({ instance: target.name }),
      learntStore: this.parts.dataDir === null ? NOTHING_LEARNT : learntStore(this.parts.dataDir),
      budget: this.#budget,
      ownCpuNs: () => this.#ownShare.ns(),
    });
    this.#loops.set(target.name, loop);
    return loop;
  }

  /** Begins; resolves when the instance had its first tick or failure. Instances fire at spread moments of the second. */
  async start(target: Target): Promise<void> {
    this.#hostLoop ??= this.#runHost();
    const phase = (this.#started / MOMENTS) % 1;
    this.#started += 1;
    const loop = await this.add(target);
    await loop.start(phase);
  }

  async remove(name: string): Promise<void> {
    const loop = this.#loops.get(name);
    this.#loops.delete(name);
    await loop?.stop();
  }

  drain(name: string): void {
    this.#loops.get(name)?.drain();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all([...this.#loops.keys()].map((name) => this.remove(name)));
    await this.#hostLoop;
  }

  /** How many instances answer: this process works for those. */
  #watched(): number {
    return [...this.#loops.values()].filter(({ status }) => status.facts !== null && status.failure === null)
      .length;
  }

  async #runHost(): Promise<void> {
    let previous: HostReading | null = null;
    const { clock, host, sink, logger } = this.parts;
    await runTicker({ clock, everyMs: HOST_EVERY_MS, phase: 0.5, signal: this.#abort.signal }, async () => {
      try {
        const reading = await host.read();
        if (previous !== null) sink.append('host_samples', hostSamples(previous, reading));
        previous = reading;
      } catch (error) {
        logger.warn({ error: (error as Error).message }, 'the host was not read');
      }
    });
  }
}

function processCpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
