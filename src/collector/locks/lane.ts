import type { Connection } from '../../core/engine.js';
import type { LockReading } from '../../core/locks.js';
import type { Probe, ProbeRecords, ProbeTick } from '../../core/probe.js';
import { DEADLINES, LOCKS_EVERY_MS } from '../deadlines.js';
import type { Meter } from '../meter.js';
import type { CollectorPorts } from '../ports.js';
import { ProbeRunner } from '../probe-runner.js';
import { Haste } from './haste.js';
import { LaneConnection } from './lane-connection.js';
import type { SessionUse } from './own-cpu.js';
import { Pace } from './pace.js';
import type { LockPublisher } from './publish.js';

/** After the last wait somebody looks this often whether there is a new one, for this long; more often where waits are frequent. */
const WATCH_EVERY_MS = 250;
const ARMED_MS = 10 * 60_000;
const FREQUENT_EVERY_MS = 100;
const FREQUENT_MS = 30_000;
/** A reading older than this says nothing about a tick. */
const FRESH_MS = 1_500;
/** A new session of ours is seen by the next tick; until then one look a second, whatever its round trip was. */
const UNSEEN_COST_MS = 18;
/** What the looks at all instances may use of the monitor's budget; the ticks have the other half. */
const PART_OF_BUDGET = 0.5;
/** How long a tick waits for the first reading, so that it can say who blocks whom. */
const FIRST_READING_MS = 250;

export interface LockLaneParts {
  readonly ports: CollectorPorts;
  /** The tick's connection; takes turns. */
  readonly first: Connection;
  readonly meter: Meter;
  readonly publisher: LockPublisher;
  /** How many times its interval the governor makes the lane wait. */
  readonly factor: () => number;
  /** What a session of ours used so far; null where it cannot be seen. */
  readonly ownUse: (sessionId: string) => SessionUse | null;
  /** The server is on this host: what is not seen of our session yet will be at the next tick. */
  readonly local: boolean;
  /** Names for ids, texts for new digests. */
  readonly resolve: (reading: LockReading) => Promise<LockReading>;
}

/**
 * Looks at the locks while somebody waits for one, and costs nothing while nobody does. Runs beside the ticks: a tick
 * that sees a waiter wakes it; it snapshots until one shows no waiter, which closes the analyst's episodes; then it
 * watches for ten minutes and sleeps.
 */
export class LockLane {
  readonly #abort = new AbortController();
  readonly #connection: LaneConnection;
  readonly #snapshot: Probe | null;
  readonly #watch: Probe | null;
  readonly #pace: Pace;
  readonly #watchPace = new Pace(FREQUENT_EVERY_MS);
  readonly #haste = new Haste();
  #runner: { readonly of: Connection; readonly runner: ProbeRunner };
  #running: Promise<void> | null = null;
  #waiting = false;
  #lastWaitMs = Number.NEGATIVE_INFINITY;
  #latest: { readonly reading: LockReading; readonly atMs: number } | null = null;
  #read: () => void = () => {};
  #tick: ProbeTick;

  constructor(private readonly parts: LockLaneParts) {
    const { ports, first } = parts;
    const lanePercent = () => ports.budget.lanePercent(PART_OF_BUDGET) * ports.host.cpuCount;
    this.#pace = new Pace(LOCKS_EVERY_MS, () => 100 / lanePercent());
    this.#connection = new LaneConnection(ports, first, this.#abort.signal);
    this.#runner = { of: first, runner: this.#runnerOn(first) };
    this.#snapshot = this.#runner.runner.inLane('locks')[0] ?? null;
    this.#watch = this.#runner.runner.inLane('watch')[0] ?? null;
    this.#tick = {
      instance: ports.target.name,
      facts: first.facts,
      atMs: 0,
      waiterIds: [],
      activeIds: [],
    };
  }

  get ownSessionIds(): readonly string[] {
    return this.#connection.ownSessionIds;
  }

  /** Somebody waits, or did within the last ten minutes. */
  get armed(): boolean {
    return this.#running !== null;
  }

  /** A tick has seen this many waiters. Resolves when there is a reading to say who blocks them, or soon after. */
  async tick(tick: ProbeTick, waiters: number): Promise<void> {
    this.#tick = tick;
    if (waiters === 0 || this.#snapshot === null || this.#abort.signal.aborted) return;
    const fresh = this.#fresh() !== null;
    this.#wait(true);
    const reading = new Promise<void>((resolve) => {
      this.#read = resolve;
    });
    this.#running ??= this.#run();
    if (fresh || this.#pace.open) return;
    const stop = new AbortController();
    const late = this.parts.ports.clock.sleep(FIRST_READING_MS, stop.signal).catch(() => {});
    await Promise.race([reading, late]);
    stop.abort();
  }

  /** Waiter to those it waits for, from the newest reading; empty when there is none of now. */
  blockedBy(): ReadonlyMap<string, readonly string[]> {
    const blockers = new Map<string, string[]>();
    for (const { waiterId, blockerId } of this.#fresh()?.edges ?? []) {
      const known = blockers.get(waiterId) ?? [];
      if (!known.includes(blockerId)) known.push(blockerId);
      blockers.set(waiterId, known);
    }
    return blockers;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#read();
    await this.#running;
    this.#wait(false);
    await this.#connection.close();
  }

  /** Ends when nobody waited for ten minutes, or at close. */
  async #run(): Promise<void> {
    const { clock } = this.parts.ports;
    const { signal } = this.#abort;
    try {
      this.#lastWaitMs = clock.monotonicMs();
      while (this.#waiting || clock.monotonicMs() - this.#lastWaitMs < ARMED_MS) {
        const startedMs = clock.monotonicMs();
        const waitMs = this.#waiting ? await this.#look(startedMs) : await this.#ask(startedMs);
        await clock.sleep(Math.max(0, startedMs + waitMs - clock.monotonicMs()), signal);
      }
      await this.#connection.close();
    } catch (error) {
      if (!signal.aborted)
        this.parts.ports.logger.error({ error: (error as Error).message }, 'the lock lane ended');
    }
    this.#running = null;
  }

  #wait(waiting: boolean): void {
    this.#waiting = waiting;
    this.parts.ports.budget.looking(this, waiting);
  }

  /** One snapshot; returns ms from its start to the next look. */
  async #look(startedMs: number): Promise<number> {
    const { ports, publisher, factor, resolve } = this.parts;
    const ownMs = cpuMs();
    const { records, cost } = await this.#roundTrip(this.#snapshot as Probe, startedMs);
    const pace = () => {
      const next = this.#pace.next({ ...cost, hostMs: cost.hostMs + cpuMs() - ownMs }, factor());
      if (next.breaker !== null) this.#tellBreaker(next.breaker, cost.failed, next.waitMs);
      return next;
    };
    if (records?.locks === undefined) return pace().waitMs;
    const reading = await resolve(records.locks);
    this.#latest = { reading, atMs: ports.clock.monotonicMs() };
    this.#wait(reading.edges.length > 0 || reading.locks.some(({ granted }) => !granted));
    if (this.#waiting) this.#lastWaitMs = ports.clock.monotonicMs();
    this.#haste.seen(reading, LOCKS_EVERY_MS);
    const findings = publisher.take(() => ports.lockAnalyst.observe(reading));
    const { waitMs, leastMs } = pace();
    this.#read();
    const calmMs = this.#haste.leastMs;
    if (!this.#waiting) return Math.max(leastMs, calmMs, FREQUENT_EVERY_MS * factor());
    const { lookAtMs = Number.POSITIVE_INFINITY } = findings;
    return Math.max(leastMs, Math.min(Math.max(waitMs, calmMs), lookAtMs - reading.atMs));
  }

  /** The cheap question; a waiter is looked at without delay. */
  async #ask(startedMs: number): Promise<number> {
    const { ports } = this.parts;
    if (this.#watch === null) return WATCH_EVERY_MS;
    const { records, cost } = await this.#roundTrip(this.#watch, startedMs);
    const { waitMs } = this.#watchPace.next(cost, this.parts.factor());
    // A tick may have seen a waiter meanwhile.
    if ((records?.waiters ?? 0) > 0) this.#wait(true);
    if (this.#waiting) return 0;
    this.#haste.nobody();
    const calm = ports.clock.monotonicMs() - this.#lastWaitMs > FREQUENT_MS;
    return Math.max(waitMs, this.#haste.leastMs, calm ? WATCH_EVERY_MS : 0);
  }

  async #roundTrip(probe: Probe, startedMs: number) {
    const { ports, ownUse } = this.parts;
    const connection = this.#connection.current();
    if (this.#runner.of !== connection) this.#runner = { of: connection, runner: this.#runnerOn(connection) };
    const own = connection.ownSessionIds[0] ?? '';
    const before = ownUse(own);
    let records: ProbeRecords | null = null;
    try {
      const tick = { ...this.#tick, atMs: ports.clock.nowMs() };
      records = await this.#runner.runner.run(probe, tick, this.#abort.signal, DEADLINES.locks);
    } catch (error) {
      this.parts.meter.failed(probe.name);
      ports.logger.warn(
        { instance: ports.target.name, probe: probe.name, error: (error as Error).message },
        'probe failed',
      );
      await this.#connection.drop(connection);
    }
    const elapsedMs = ports.clock.monotonicMs() - startedMs;
    const after = ownUse(own);
    const known = before !== null && after !== null;
    if (known) this.parts.meter.priced(probe.name, after.cpuMs - before.cpuMs);
    return {
      records,
      cost: {
        costMs: known
          ? after.cpuMs - before.cpuMs
          : this.parts.local
            ? Math.min(elapsedMs, UNSEEN_COST_MS)
            : elapsedMs,
        // A host without a free CPU is no reason to look away.
        elapsedMs: known ? Math.max(0, elapsedMs - (after.queuedMs - before.queuedMs)) : elapsedMs,
        hostMs: known ? after.cpuMs - before.cpuMs : 0,
        failed: records === null,
      },
    };
  }

  #fresh(): LockReading | null {
    const latest = this.#latest;
    return latest !== null && this.parts.ports.clock.monotonicMs() - latest.atMs < FRESH_MS
      ? latest.reading
      : null;
  }

  #runnerOn(connection: Connection): ProbeRunner {
    const { ports, meter } = this.parts;
    return new ProbeRunner(ports.engine, connection, meter, ports.logger);
  }

  #tellBreaker(breaker: 'opened' | 'closed', failed: boolean, waitMs: number): void {
    const { sink, target, clock } = this.parts.ports;
    const opened = breaker === 'opened';
    const why = failed ? 'failed twice in a row' : 'took more than 100 ms twice in a row';
    sink.append('events', [
      {
        atMs: clock.nowMs(),
        instance: target.name,
        code: opened ? 'LOCKS_PAUSED' : 'LOCKS_RESUMED',
        severity: opened ? 'warning' : 'info',
        message: opened
          ? `the snapshot of locks ${why}: the next one is in ${Math.round(waitMs)} ms, then less and less often`
          : 'the snapshot of locks is quick again',
      },
    ]);
  }
}

/** CPU of this process so far. A tick that runs while a look waits for the server counts, too. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
