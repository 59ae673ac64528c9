import { expandService, targetOf, withPooler } from './config/index.js';
import type { Clock } from './core/clock.js';
import type { DeadlocksReport } from './core/deadlock-report.js';
import type { Target } from './core/engine.js';
import { ENGINE_ALIASES } from './core/engine-name.js';
import { DbvitalsError } from './core/errors.js';
import type { DiscoverReport, DoctorReport, OverheadReport } from './core/instance-report.js';
import type { LockEpisodesReport, LocksReport } from './core/lock-report.js';
import { type Logger, silentLogger } from './core/logger.js';
import type {
  AddDatabaseOptions,
  ConnectionOptions,
  DdlOptions,
  DeadlockOptions,
  LockEpisodeOptions,
  LockOptions,
  MonitorEvents,
  MonitorOptions,
  QueryUsageOptions,
  SessionOptions,
} from './core/monitor-options.js';
import type { QueriesReport } from './core/query-report.js';
import type { SampleReader } from './core/reader.js';
import type { DdlGuardReport } from './core/relation-use.js';
import { Releasers } from './core/releasers.js';
import { limitsOf } from './core/report.js';
import type { ConnectionsReport, SessionsReport } from './core/session-report.js';
import { systemClock } from './core/system-clock.js';
import { loadEngine } from './engines/registry.js';
import { discoverInstances, openHost } from './host/index.js';
import { type AnswerContext, answerQueries, answerSessions } from './monitor/answers.js';
import { answerConnections } from './monitor/answers-connections.js';
import { answerDeadlocks } from './monitor/answers-deadlocks.js';
import { answerLockEpisodes, answerLocks } from './monitor/answers-locks.js';
import { guardDdl } from './monitor/ddl-guard.js';
import { examine } from './monitor/doctor.js';
import { Events } from './monitor/events.js';
import { fanOut } from './monitor/fan-out.js';
import { bareHead, unknownInstance } from './monitor/head.js';
import { keepKnown, knownOf, recallKnown } from './monitor/known.js';
import { LiveMonitor } from './monitor/live.js';
import { ownOverhead, storedOverhead } from './monitor/overhead.js';
import { askPooler } from './monitor/pooler.js';
import { openStoreReader, openStoreWriter } from './store/index.js';
import { MemoryStore } from './store/memory/index.js';

const LIVE_WINDOW_MS = 15 * 60_000;
const LIVE_ROWS = 200_000;

/**
 * Watches databases, and answers from what it saw. Three ways to live: collecting into memory (`start()` without a
 * data directory), collecting into a store (with one), or only reading a store beside a running collector (never
 * started).
 */
export class DatabaseResourceMonitor implements AsyncDisposable {
  readonly #targets = new Map<string, Target>();
  readonly #events = new Events();
  readonly #releasers = new Releasers();
  readonly #clock: Clock;
  readonly #logger: Logger;
  #host: ReturnType<typeof openHost> | null = null;
  #live: LiveMonitor | null = null;
  #memory: MemoryStore | null = null;
  #stored: SampleReader | null = null;
  #flush: () => Promise<void> = async () => {};
  #stopping: Promise<void> | null = null;

  constructor(private readonly options: MonitorOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Makes an instance known; a running monitor begins to watch it. Rejects with USAGE, INSTANCE_EXISTS or ENGINE_UNSUPPORTED. */
  async addDatabase(options: AddDatabaseOptions): Promise<void> {
    const { url, password } = await expandService(options.connectionString, []);
    const target = withPooler(
      targetOf(options.name, url, async () => password),
      options.poolerConnectionString,
    );
    if (target.engine !== ENGINE_ALIASES[options.type]) {
      throw new DbvitalsError(
        'USAGE',
        `the connection string of ${options.name} is for ${target.engine}, its type is ${options.type}`,
      );
    }
    await this.addTarget(target);
  }

  async addTarget(target: Target): Promise<void> {
    if (this.#targets.has(target.name)) {
      throw new DbvitalsError('INSTANCE_EXISTS', `there is an instance ${target.name} already`);
    }
    await loadEngine(target.engine);
    this.#targets.set(target.name, target);
    await this.#live?.start(target);
  }

  async removeDatabase(name: string): Promise<void> {
    this.#target(name);
    this.#targets.delete(name);
    await this.#live?.remove(name);
  }

  /** Begins to collect; resolves when each instance had its first tick or its first failure. STORE_LOCKED: see docs. */
  async start(): Promise<void> {
    if (this.#stopping !== null) throw new DbvitalsError('CLOSED', 'the monitor was stopped');
    if (this.#live !== null) return;
    const memory = new MemoryStore({
      keepMs: this.options.liveWindowMs ?? LIVE_WINDOW_MS,
      maxRows: LIVE_ROWS,
    });
    const { dataDir } = this.options;
    const sinks = dataDir ? [await this.#openWriter(dataDir)] : [memory];
    this.#memory = dataDir ? null : memory;
    const sink = fanOut(sinks);
    this.#releasers.push(() => sink.close());
    this.#flush = () => sink.flush();
    const live = new LiveMonitor({
      host: this.#openHost(),
      sink,
      dataDir: dataDir ?? null,
      clock: this.#clock,
      logger: this.#logger,
      emit: this.#events.emit,
      budgetPercent: this.options.budgetPercent ?? 2,
    });
    this.#live = live;
    if (dataDir) keepKnown(dataDir, this.#events, (name) => live.loop(name)?.status, this.#logger);
    this.#releasers.push(() => live.stop());
    await Promise.all([...this.#targets.values()].map((target) => live.start(target)));
  }

  /** Stops everything, last opened first; idempotent. What was collected is flushed. */
  stop(): Promise<void> {
    this.#stopping ??= this.#releasers.close();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What each statement cost in a window, with how much of the instance's CPU that explains. */
  async getQueryResourceUsage(options: QueryUsageOptions): Promise<QueriesReport> {
    return answerQueries(await this.#context(options.database), options);
  }

  async getSessions(options: SessionOptions): Promise<SessionsReport> {
    return answerSessions(await this.#context(options.database), options);
  }

  async getConnectionUsage(options: ConnectionOptions): Promise<ConnectionsReport> {
    return answerConnections(await this.#context(options.database), options);
  }

  /** Who blocks whom, what that costs, and what would come free; now, at a moment, or over a range. */
  async analyzeLockContention(options: LockOptions): Promise<LocksReport> {
    return answerLocks(await this.#context(options.database), options);
  }

  /** Jams of a window, each from its first waiter to its last. */
  async getLockEpisodes(options: LockEpisodeOptions): Promise<LockEpisodesReport> {
    return answerLockEpisodes(await this.#context(options.database), options);
  }

  /** Deadlocks that happened, that stand or are near, the patterns that can deadlock, and how good the predictions were. */
  async getDeadlocks(options: DeadlockOptions): Promise<DeadlocksReport> {
    return answerDeadlocks(await this.#context(options.database), options);
  }

  /** What an ALTER of a table would stand behind, and whom it would stop. Connects by itself and looks for five seconds. */
  async analyzeDdl(options: DdlOptions): Promise<DdlGuardReport> {
    const target = this.#target(options.database);
    const signal = options.signal ?? new AbortController().signal;
    return guardDdl(target, options.table, this.#clock, this.#head(target.name), signal);
  }

  /** Servers of all four engines on this host, by their processes, without any login. */
  async discoverInstances(): Promise<DiscoverReport> {
    const host = this.#openHost();
    const items = await discoverInstances({
      host,
      clock: this.#clock,
      signal: new AbortController().signal,
      ...(this.options.procRoot === undefined ? {} : { procRoot: this.options.procRoot }),
    });
    return { schema: 'dbvitals.discover/1', ...this.#head(null), limits: limitsOf(host.capabilities), items };
  }

  /** What can be known of an instance and what would change it. Connects by itself. */
  async getCapabilities(options: {
    readonly database: string;
    readonly signal?: AbortSignal;
  }): Promise<DoctorReport> {
    const target = this.#target(options.database);
    return examine(
      target,
      this.#openHost(),
      this.#head(target.name),
      options.signal ?? new AbortController().signal,
    );
  }

  /** What watching costs: per probe, or beside a running collector what that kept of each instance in the last hour. */
  async getOverhead(options: { readonly database?: string } = {}): Promise<OverheadReport> {
    const live = this.#live;
    const items =
      live === null && this.options.dataDir
        ? await storedOverhead(await this.#reader(), options.database, this.#clock)
        : this.#named(options.database).flatMap((name) => live?.loop(name)?.overhead ?? []);
    const head = this.#head(options.database ?? null);
    return { schema: 'dbvitals.overhead/1', ...head, items: [...items, ownOverhead()] };
  }

  /** There is something, stored or in memory, to answer from; with `withinMs` something as new as that. */
  async hasHistory(name: string, withinMs?: number): Promise<boolean> {
    if (this.#live !== null) return true;
    if (!this.options.dataDir) return false;
    const reader = await this.#openReader(this.options.dataDir);
    if (withinMs === undefined) return (await reader.instances()).includes(name);
    const latest = await reader.latestTick(name);
    return latest !== null && this.#clock.nowMs() - latest.atMs <= withinMs;
  }

  on<K extends keyof MonitorEvents>(event: K, listener: (payload: MonitorEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  async #context(name: string): Promise<AnswerContext> {
    this.#live?.drain(name);
    await this.#flush();
    const reader = await this.#reader();
    if (!this.#targets.has(name) && !(await reader.instances()).includes(name)) this.#target(name);
    const status = this.#live?.loop(name)?.status;
    const known = status === undefined ? recallKnown(this.options.dataDir, name) : knownOf(status);
    return {
      reader,
      clock: this.#clock,
      engine: this.#targets.get(name)?.engine ?? null,
      ...known,
      maxConnections: known.maxConnections ?? (await reader.latestTick(name))?.maxConnections ?? null,
      host: this.#openHost(),
      ...(await askPooler(this.#targets.get(name), known.limits)),
    };
  }

  async #reader(): Promise<SampleReader> {
    if (this.#memory !== null) return this.#memory;
    if (this.options.dataDir) return this.#openReader(this.options.dataDir);
    throw new DbvitalsError(
      'CLOSED',
      'nothing was collected: start() was not called and there is no data directory',
    );
  }

  #named(name: string | undefined): string[] {
    return name === undefined ? [...this.#targets.keys()] : [this.#target(name).name];
  }

  #target(name: string): Target {
    const target = this.#targets.get(name);
    if (target !== undefined) return target;
    throw unknownInstance(name, [...this.#targets.keys()]);
  }

  #openHost() {
    if (this.#host === null) {
      const host = openHost(this.options.procRoot === undefined ? {} : { procRoot: this.options.procRoot });
      this.#host = host;
      this.#releasers.push(() => host.close());
    }
    return this.#host;
  }

  async #openWriter(directory: string) {
    return openStoreWriter({
      directory,
      clock: this.#clock,
      logger: this.#logger,
      onLoss: (table, rows) => this.#events.emit('loss', { table, rows }),
      ...(this.options.retentionMs === undefined ? {} : { retentionMs: this.options.retentionMs }),
      ...(this.options.maxBytes === undefined ? {} : { maxBytes: this.options.maxBytes }),
    });
  }

  async #openReader(directory: string): Promise<SampleReader> {
    if (this.#stored === null) {
      const reader = await openStoreReader({ directory });
      this.#stored = reader;
      this.#releasers.push(() => reader.close());
    }
    return this.#stored;
  }

  #head(instance: string | null) {
    const engine = instance === null ? null : (this.#targets.get(instance)?.engine ?? null);
    return bareHead(this.#clock.nowMs(), instance, engine);
  }
}
