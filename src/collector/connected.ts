import type { Locality } from '../core/capability.js';
import type { Connection } from '../core/engine.js';
import { sessionIdOf, statementIdOf } from '../core/ids.js';
import type { Probe, ProbeRecords, ProbeTick } from '../core/probe.js';
import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import { taskOf } from '../core/session-key.js';
import type { StatementDelta } from '../core/statement.js';
import { LOCK_WAIT_CLASSES } from '../core/wait-class.js';
import { COUNTERS_EVERY_MS, DIGESTS_EVERY_MS, IDLE_EVERY_TICKS } from './deadlines.js';
import { Directory } from './directory.js';
import { Governor } from './governor.js';
import type { Meter } from './meter.js';
import type { CollectorPorts } from './ports.js';
import { ProbeRunner } from './probe-runner.js';
import { counterSamples, instanceTick, ServerCounters } from './records.js';
import { StatementDeltas } from './statement-deltas.js';
import type { TrackedCosts, Tracker } from './tracker.js';

/** The server needs about 0.9 µs per digest: one reading per second for each thousand of them is 0.1 % of a core. */
const DIGESTS_PER_SECOND = 1_000;
const NO_COSTS: TrackedCosts = { costs: new Map(), endedCpuNs: 0 };

/** One connection's worth of collecting: everything here starts anew when the connection does. */
export class Connected {
  readonly #runner: ProbeRunner;
  readonly #directory: Directory;
  readonly #deltas = new StatementDeltas();
  readonly #counters = new ServerCounters();
  readonly #governor: Governor;
  readonly #snapshot: Probe;
  #lastAtMs: number | null = null;
  #ticks = 0;
  #lastCountersMs = Number.NEGATIVE_INFINITY;
  #lastDigestsMs = Number.NEGATIVE_INFINITY;
  #lastOwnCpuNs: number;
  #digestCount = 0;

  constructor(
    private readonly ports: CollectorPorts,
    readonly connection: Connection,
    readonly locality: Locality,
    readonly tracker: Tracker | null,
    private readonly meter: Meter,
  ) {
    this.#runner = new ProbeRunner(ports.engine, connection, meter, ports.logger);
    this.#directory = new Directory(ports.engine, ports.target.name);
    this.#governor = new Governor(ports.budgetPercent);
    this.#lastOwnCpuNs = ports.ownCpuNs();
    const [snapshot] = ports.engine.probes.filter(({ name }) => name === 'sessions');
    if (snapshot === undefined) throw new Error(`the engine ${ports.engine.name} has no session probe`);
    this.#snapshot = snapshot;
  }

  async tick(missedTicks: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.ports;
    const startedMs = clock.monotonicMs();
    const atMs = clock.nowMs();
    const elapsedMs = this.#lastAtMs === null ? 0 : Math.max(0, startedMs - this.#lastAtMs);
    this.#lastAtMs = startedMs;
    this.#ticks += 1;
    const raw = await this.#runner.must(this.#snapshot, this.#probeTick(atMs, []), signal);
    const snapshotMs = clock.monotonicMs() - startedMs;
    const seen = this.tracker?.mapPids(raw.sessions ?? []) ?? raw.sessions ?? [];
    const costs = this.tracker?.read(seen, startedMs) ?? NO_COSTS;
    const more = await this.#tickLanes(seen, atMs, signal);
    const sessions = await this.#resolve(seen, more, atMs, signal);
    const statements = await this.#digests(atMs, signal);
    const clockOffsetMs =
      raw.serverNowMs === undefined ? this.connection.facts.clockOffsetMs : raw.serverNowMs - atMs;
    this.ports.attributor.tick({
      atMs,
      elapsedMs,
      clockOffsetMs,
      sessions,
      ownSessionIds: new Set(this.connection.ownSessionIds),
      processes: costs.costs,
      endedCpuNs: costs.endedCpuNs,
      statements,
      ioInFlight: more.ioInFlight ?? null,
    });
    this.#store(sessions, costs, { atMs, elapsedMs, missedTicks, snapshotMs });
    await this.#slowLanes(atMs, signal);
    this.ports.emit('tick', { instance: this.ports.target.name, atMs, sessions: sessions.length });
  }

  /** Closes the ledger's open interval. */
  drain(atMs: number): void {
    this.ports.sink.append('statement_usage', this.ports.attributor.drain(atMs));
  }

  #probeTick(atMs: number, sessions: readonly SessionRow[]): ProbeTick {
    return {
      instance: this.ports.target.name,
      facts: this.connection.facts,
      atMs,
      waiterIds: sessions.filter(({ waitClass }) => LOCK_WAIT_CLASSES.has(waitClass)).map(({ id }) => id),
      activeIds: sessions
        .filter(({ state, kind }) => state === 'active' && kind === 'client')
        .map(({ id }) => id),
    };
  }

  async #tickLanes(
    sessions: readonly SessionRow[],
    atMs: number,
    signal: AbortSignal,
  ): Promise<ProbeRecords> {
    const tick = this.#probeTick(atMs, sessions);
    const waiting = tick.waiterIds.length > 0 && this.#ticks % this.#governor.factor('waiting') === 0;
    const probes = [
      ...this.#runner.inLane('tick').filter((probe) => probe !== this.#snapshot),
      ...(waiting ? this.#runner.inLane('waiting') : []),
    ];
    let found: ProbeRecords = {};
    const blockers = new Map<string, readonly string[]>();
    for (const probe of probes) {
      const records = await this.#runner.may(probe, tick, signal);
      found = { ...found, ...records };
      for (const [waiter, ids] of records.blockers ?? [])
        blockers.set(waiter, [...new Set([...(blockers.get(waiter) ?? []), ...ids])]);
    }
    return { ...found, blockers };
  }

  /** Names for ids, texts for new digests, and what the smaller probes said, into the rows. */
  async #resolve(
    rows: readonly SessionRow[],
    more: ProbeRecords,
    atMs: number,
    signal: AbortSignal,
  ): Promise<readonly SessionRow[]> {
    if (this.#directory.lacksNames(rows)) await this.#learnNames(atMs, signal);
    await this.#learnTexts(
      rows.flatMap(({ digest }) => digest ?? []),
      atMs,
      signal,
    );
    this.#directory.findClients(rows, this.ports.host, atMs);
    this.#directory.keepClients(rows);
    return rows.map((row) => ({
      ...row,
      database: this.#directory.database(row.database),
      user: this.#directory.user(row.user),
      digest: this.#directory.canonical(row.digest),
      ...waiting(row, more.blockers?.get(row.id) ?? []),
      tempBytes: more.tempBytes === undefined ? null : (more.tempBytes.get(row.id) ?? 0),
    }));
  }

  async #learnNames(atMs: number, signal: AbortSignal): Promise<void> {
    const probe = this.#runner.named('names');
    if (probe === null) return;
    const { names } = await this.#runner.may(probe, this.#probeTick(atMs, []), signal);
    if (names !== undefined) this.#directory.setNames(names);
  }

  async #learnTexts(digests: readonly string[], atMs: number, signal: AbortSignal): Promise<void> {
    try {
      const texts = await this.#directory.learnTexts(this.connection, digests, atMs, signal);
      if (texts.length > 0) this.ports.sink.append('statements', texts);
    } catch (error) {
      this.meter.failed('statement-texts');
      this.ports.logger.warn(
        { instance: this.ports.target.name, error: (error as Error).message },
        'texts not read',
      );
    }
  }

  /** Null in ticks in which the counters were not read. */
  async #digests(atMs: number, signal: AbortSignal): Promise<readonly StatementDelta[] | null> {
    const probe = this.#runner.inLane('digests')[0];
    const dueMs = Math.min(DIGESTS_EVERY_MS, Math.floor(this.#digestCount / DIGESTS_PER_SECOND) * 1000);
    if (probe === undefined || atMs - this.#lastDigestsMs < dueMs * this.#governor.factor('digests'))
      return null;
    this.#lastDigestsMs = atMs;
    const { statements } = await this.#runner.may(probe, this.#probeTick(atMs, []), signal);
    this.#digestCount = statements?.counters.length ?? this.#digestCount;
    const deltas = statements === undefined ? null : this.#deltas.next(statements, atMs);
    if (deltas === null) return null;
    await this.#learnTexts(
      deltas.map(({ digest }) => digest),
      atMs,
      signal,
    );
    const theirs = deltas.filter(({ digest }) => !this.#directory.isOwn(digest));
    const named = theirs.map((delta) => ({
      ...delta,
      database: this.#directory.database(delta.database),
      user: this.#directory.user(delta.user),
    }));
    const instance = this.ports.target.name;
    this.ports.sink.append(
      'statement_counters',
      named.map((delta) => ({ ...delta, instance, statementId: statementIdOf(instance, delta.digest) })),
    );
    return named;
  }

  async #slowLanes(atMs: number, signal: AbortSignal): Promise<void> {
    if (atMs - this.#lastCountersMs < COUNTERS_EVERY_MS * this.#governor.factor('counters')) return;
    this.#lastCountersMs = atMs;
    this.drain(atMs);
    const tick = this.#probeTick(atMs, []);
    for (const probe of this.#runner.inLane('counters')) {
      const records = await this.#runner.may(probe, tick, signal);
      if (records.names !== undefined) this.#directory.setNames(records.names);
      const rows = counterSamples(this.ports.target.name, records.counters ?? [], this.#counters, atMs);
      this.ports.sink.append('instance_counters', rows);
    }
  }

  #store(
    sessions: readonly SessionRow[],
    costs: TrackedCosts,
    at: { atMs: number; elapsedMs: number; missedTicks: number; snapshotMs: number },
  ): void {
    const { sink, target, ownCpuNs } = this.ports;
    const instance = target.name;
    const kept = sessions.filter(
      ({ state }, index) => state !== 'idle' || (index + this.#ticks) % IDLE_EVERY_TICKS === 0,
    );
    sink.append(
      'session_samples',
      kept.map((row) => ({
        atMs: at.atMs,
        instance,
        sessionId: sessionIdOf(instance, row.id, row.startedAtMs),
        statementId: row.digest === null ? null : statementIdOf(instance, row.digest),
        row,
        cost: costOf(row, costs),
        client: this.#directory.client(row),
      })),
    );
    const used = ownCpuNs();
    const monitorCpuNs = used - this.#lastOwnCpuNs;
    this.#lastOwnCpuNs = used;
    const own = new Set(this.connection.ownSessionIds);
    const server = sessions.filter(({ id }) => own.has(id)).map((row) => costOf(row, costs)?.cpuNs ?? null);
    const monitorServerCpuNs =
      this.tracker === null ? null : server.reduce<number>((sum, cpuNs) => sum + (cpuNs ?? 0), 0);
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

  #govern(usedNs: number, elapsedMs: number): void {
    const change = this.#governor.spend(usedNs, elapsedMs, this.ports.host.cpuCount);
    if (change === null) return;
    const everyMs = (change.lane === 'counters' ? COUNTERS_EVERY_MS : 1000) * change.factor;
    this.ports.emit('governor', {
      instance: this.ports.target.name,
      lane: change.lane,
      everyMs,
      reason: change.reason,
    });
  }
}

function costOf(row: SessionRow, costs: TrackedCosts): ProcessCost | null {
  const task = taskOf(row);
  return task === null ? null : (costs.costs.get(task) ?? null);
}

/** Some servers show a lock wait in no state of the session; that somebody blocks it tells. */
function waiting(row: SessionRow, blockedBy: readonly string[]): Pick<SessionRow, 'blockedBy' | 'waitClass'> {
  const known = blockedBy.length === 0 || LOCK_WAIT_CLASSES.has(row.waitClass);
  return { blockedBy, waitClass: known ? row.waitClass : 'lockRow' };
}
