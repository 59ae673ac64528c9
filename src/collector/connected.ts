import type { Locality } from '../core/capability.js';
import type { Connection } from '../core/engine.js';
import { sessionIdOf, statementIdOf } from '../core/ids.js';
import type { Probe, ProbeRecords, ProbeTick } from '../core/probe.js';
import type { ProcessCost } from '../core/process.js';
import type { SessionSample } from '../core/samples.js';
import type { SessionRow } from '../core/session.js';
import { taskOf } from '../core/session-key.js';
import { LOCK_WAIT_CLASSES } from '../core/wait-class.js';
import { CountersLane } from './counters-lane.js';
import { COUNTERS_EVERY_MS, due, LOCKS_EVERY_MS, TICK_MS } from './deadlines.js';
import { Digests } from './digests.js';
import { Directory } from './directory.js';
import { Governor } from './governor.js';
import { IdleTurns } from './idle-turns.js';
import { LockLane } from './locks/lane.js';
import { LogTail } from './locks/log-tail.js';
import { OwnCpu } from './locks/own-cpu.js';
import type { LockPublisher } from './locks/publish.js';
import { takingTurns } from './locks/taking-turns.js';
import { ToldStatements } from './locks/told-statements.js';
import type { Meter } from './meter.js';
import { Naming } from './naming.js';
import type { CollectorPorts } from './ports.js';
import { ProbeRunner } from './probe-runner.js';
import { instanceTick, onOurClock } from './records.js';
import type { TrackedCosts, Tracker } from './tracker.js';

const NO_COSTS: TrackedCosts = { costs: new Map(), endedCpuNs: 0, names: new Map(), shared: new Set() };

/** One connection's worth of collecting: everything here starts anew when the connection does. */
export class Connected {
  readonly connection: Connection;
  readonly #runner: ProbeRunner;
  readonly #directory: Directory;
  readonly #digests: Digests;
  readonly #naming: Naming;
  readonly #locks: LockLane;
  readonly #ownCpu: OwnCpu;
  readonly #log: LogTail;
  readonly #told: ToldStatements;
  readonly #counters: CountersLane;
  #sessionReads: ReadonlyMap<string, number> | null = null;
  readonly #governor: Governor;
  readonly #snapshot: Probe;
  readonly #idleTurns = new IdleTurns();
  readonly #abort = new AbortController();
  #lastAtMs: number | null = null;
  #ticks = 0;
  #lastCountersMs = Number.NEGATIVE_INFINITY;
  #lastOwnCpuNs: number;
  /** Deadlocks that the server counted since the last tick; null where they were not read. */
  #deadlocks: number | null = null;

  constructor(
    private readonly ports: CollectorPorts,
    opened: Connection,
    readonly locality: Locality,
    readonly tracker: Tracker | null,
    meter: Meter,
    private readonly publisher: LockPublisher,
  ) {
    this.connection = takingTurns(opened);
    this.#runner = new ProbeRunner(ports.engine, this.connection, meter, ports.logger);
    this.#counters = new CountersLane(this.#runner, ports.host, locality.serverPid);
    this.#directory = new Directory(ports.engine, ports.target.name);
    this.#digests = new Digests(ports, this.connection, this.#runner, this.#directory, meter);
    this.#naming = new Naming(ports, this.connection, this.#runner, this.#directory, this.#digests);
    this.#governor = new Governor(ports.budget, ports.target.name);
    this.#ownCpu = new OwnCpu(ports.host, tracker !== null);
    this.#told = new ToldStatements(this.#directory);
    this.#log = new LogTail(ports.engine, opened.facts, locality.serverPid, ports.host);
    this.#lastOwnCpuNs = ports.ownCpuNs();
    const [snapshot] = ports.engine.probes.filter(({ name }) => name === 'sessions');
    if (snapshot === undefined) throw new Error(`the engine ${ports.engine.name} has no session probe`);
    this.#snapshot = snapshot;
    this.#locks = new LockLane({
      ports,
      first: this.connection,
      meter,
      publisher,
      factor: () => this.#governor.factor('locks'),
      ownUse: (id) => this.#ownCpu.use(id),
      local: tracker !== null,
      resolve: (reading) =>
        this.#naming.reading(
          reading,
          this.#ownSessionIds(),
          this.#probeTick(reading.atMs, []),
          this.#abort.signal,
        ),
    });
  }

  async tick(missedTicks: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.ports;
    const startedMs = clock.monotonicMs();
    const atMs = clock.nowMs();
    const elapsedMs = this.#lastAtMs === null ? 0 : Math.max(0, startedMs - this.#lastAtMs);
    this.#lastAtMs = startedMs;
    const tick = this.#probeTick(atMs, []);
    const raw = await this.#ask(tick, signal);
    const snapshotMs = clock.monotonicMs() - startedMs;
    const seen = this.tracker?.mapPids(raw.sessions ?? []) ?? raw.sessions ?? [];
    const costs = this.tracker?.read(seen, startedMs) ?? NO_COSTS;
    const more = await this.#lockLanes(raw, seen, atMs, signal);
    const sessions = await this.#naming.sessions(seen, more, this.#locks.blockedBy(), tick, signal);
    const statements = await this.#digests.counters(raw.statements, tick, signal);
    const clockOffsetMs =
      raw.serverNowMs === undefined ? this.connection.facts.clockOffsetMs : raw.serverNowMs - atMs;
    this.ports.attributor.tick({
      atMs,
      elapsedMs,
      clockOffsetMs,
      sessions,
      ownSessionIds: this.#ownSessionIds(),
      processes: costs.costs,
      endedCpuNs: costs.endedCpuNs,
      taskNames: costs.names,
      sharedTasks: costs.shared,
      statements,
      ioInFlight: more.ioInFlight ?? null,
      sessionReads: this.#sessionReads,
    });
    this.#sessionReads = null;
    const { lockAnalyst } = this.ports;
    const history = more.history ?? null;
    const deadlocks = this.#deadlocks;
    this.#deadlocks = null;
    this.publisher.take(() =>
      lockAnalyst.tick({ atMs, clockOffsetMs, sessions, statements, history, deadlocks }),
    );
    this.#told.see(sessions, atMs);
    const reported = this.#told.named([...(more.reported ?? []), ...this.#log.poll(atMs)]);
    if (reported.length > 0) this.publisher.take(() => lockAnalyst.reported(reported));
    this.#store(sessions, costs, clockOffsetMs, { atMs, elapsedMs, missedTicks, snapshotMs });
    await this.#slowLanes(atMs, signal);
    this.ports.emit('tick', { instance: this.ports.target.name, atMs, sessions: sessions.length });
  }

  /** Closes the ledger's open interval. */
  drain(atMs: number): void {
    this.ports.sink.append('statement_usage', this.ports.attributor.drain(atMs));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#locks.close();
    await this.connection.close();
  }

  #ownSessionIds(): ReadonlySet<string> {
    return new Set([...this.connection.ownSessionIds, ...this.#locks.ownSessionIds]);
  }

  #probeTick(atMs: number, sessions: readonly SessionRow[]): ProbeTick {
    const own = this.#ownSessionIds();
    const waiterIds: string[] = [];
    const activeIds: string[] = [];
    for (const { id, waitClass, state, kind } of sessions) {
      if (LOCK_WAIT_CLASSES.has(waitClass) && !own.has(id)) waiterIds.push(id);
      if (state === 'active' && kind === 'client') activeIds.push(id);
    }
    return {
      instance: this.ports.target.name,
      facts: this.connection.facts,
      atMs,
      waiterIds,
      activeIds,
    };
  }

  /** All that is asked in each tick, and the counters of statements when they are due and not many. */
  async #ask(tick: ProbeTick, signal: AbortSignal): Promise<ProbeRecords> {
    const digests = this.#digests.dueWithSnapshot(tick.atMs, this.#governor.factor('digests'));
    const others = this.#runner.inLane('tick').filter((probe) => probe !== this.#snapshot);
    if (digests !== null) others.push(digests);
    const taken = await this.#runner.mustAndMay(this.#snapshot, others, tick, signal);
    return Object.assign({}, ...taken.values());
  }

  /** Wakes the lock lane where somebody waits; adds to what was asked what tells of locks while it is awake. */
  async #lockLanes(
    asked: ProbeRecords,
    sessions: readonly SessionRow[],
    atMs: number,
    signal: AbortSignal,
  ): Promise<ProbeRecords> {
    const tick = this.#probeTick(atMs, sessions);
    let found = asked;
    for (const probe of this.#locks.armed ? this.#runner.inLane('armed') : [])
      found = { ...found, ...(await this.#runner.may(probe, tick, signal)) };
    this.#ownCpu.see(sessions, this.#ownSessionIds());
    await this.#locks.tick(tick, Math.max(tick.waiterIds.length, found.waiters ?? 0));
    return found;
  }

  async #slowLanes(atMs: number, signal: AbortSignal): Promise<void> {
    this.#ticks += 1;
    // Costs are differences: with the second tick there are some to tell, and who just began need not wait for the counters.
    if (this.#ticks === 2) this.drain(atMs);
    if (!due(atMs, this.#lastCountersMs, COUNTERS_EVERY_MS * this.#governor.factor('counters'))) return;
    // Fifty instances that were begun together shall not read theirs in the same second.
    const first = this.#lastCountersMs === Number.NEGATIVE_INFINITY;
    this.#lastCountersMs = first ? atMs - Math.random() * COUNTERS_EVERY_MS : atMs;
    this.drain(atMs);
    const tick = this.#probeTick(atMs, []);
    const found = await this.#counters.read(tick, signal);
    if (found.names) this.#directory.setNames(found.names);
    this.ports.sink.append('instance_counters', found.rows);
    this.#sessionReads = found.sessionReads ?? this.#sessionReads;
    if (found.deadlocks !== null) this.#deadlocks = Math.max(this.#deadlocks ?? 0, found.deadlocks);
    if ((found.deadlocks ?? 0) > 0) await this.#tellDeadlocks(tick, signal);
    if (found.held !== null) {
      const held = await this.#naming.reading(found.held, this.#ownSessionIds(), tick, signal);
      this.publisher.take(() => this.ports.lockAnalyst.held(held));
    }
  }

  /** How the server describes what it has counted. */
  async #tellDeadlocks(tick: ProbeTick, signal: AbortSignal): Promise<void> {
    for (const probe of this.#runner.inLane('deadlocks')) {
      const { reported = [] } = await this.#runner.may(probe, tick, signal);
      if (reported.length > 0)
        this.publisher.publish(this.ports.lockAnalyst.reported(this.#told.named(reported)));
    }
  }

  #store(
    sessions: readonly SessionRow[],
    costs: TrackedCosts,
    clockOffsetMs: number,
    at: { atMs: number; elapsedMs: number; missedTicks: number; snapshotMs: number },
  ): void {
    const { sink, target, ownCpuNs } = this.ports;
    const instance = target.name;
    const samples: SessionSample[] = [];
    for (const row of this.#idleTurns.select(sessions))
      samples.push({
        atMs: at.atMs,
        instance,
        // Where sessions do not tell when they began, the server's start tells this id from that of its last life.
        sessionId: sessionIdOf(instance, row.id, row.startedAtMs ?? this.connection.facts.startedAtMs),
        statementId: row.digest === null ? null : statementIdOf(instance, row.digest),
        row: onOurClock(row, clockOffsetMs),
        cost: costOf(row, costs),
        client: this.#directory.client(row),
      });
    sink.append('session_samples', samples);
    const used = ownCpuNs();
    const monitorCpuNs = used - this.#lastOwnCpuNs;
    this.#lastOwnCpuNs = used;
    const monitorServerCpuNs = this.tracker === null ? null : this.#ownServerCpuNs(sessions, costs);
    sink.append('instance_ticks', [
      instanceTick(instance, 'up', sessions, costs, {
        ...at,
        maxConnections: this.connection.facts.maxConnections,
        measured: this.tracker !== null,
        monitorCpuNs,
        monitorServerCpuNs,
      }),
    ]);
    this.#govern(monitorCpuNs + (monitorServerCpuNs ?? 0), at.elapsedMs);
  }

  #ownServerCpuNs(sessions: readonly SessionRow[], costs: TrackedCosts): number {
    const own = this.#ownSessionIds();
    let ns = 0;
    for (const row of sessions) if (own.has(row.id)) ns += costOf(row, costs)?.cpuNs ?? 0;
    return ns;
  }

  #govern(usedNs: number, elapsedMs: number): void {
    for (const { lane, factor, reason } of this.#governor.spend(
      usedNs,
      elapsedMs,
      this.ports.host.cpuCount,
    )) {
      const everyMs =
        (lane === 'counters' ? COUNTERS_EVERY_MS : lane === 'locks' ? LOCKS_EVERY_MS : TICK_MS) * factor;
      this.ports.emit('governor', { instance: this.ports.target.name, lane, everyMs, reason });
    }
  }
}

function costOf(row: SessionRow, costs: TrackedCosts): ProcessCost | null {
  const task = taskOf(row);
  return task === null ? null : (costs.costs.get(task) ?? null);
}
