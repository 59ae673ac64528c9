import type { Locality } from '../core/capability.js';
import { UNANSWERED, withDeadline } from '../core/deadline.js';
import type { Engine } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import type { InstanceFacts } from '../core/facts.js';
import type { HostReader } from '../core/host.js';
import type { OverheadItem } from '../core/instance-report.js';
import { blackoutTick } from './blackout.js';
import { Connected } from './connected.js';
import { DEADLINES, TICK_MS } from './deadlines.js';
import { Learning } from './locks/learning.js';
import { LockPublisher } from './locks/publish.js';
import { Meter } from './meter.js';
import type { CollectorPorts } from './ports.js';
import { ProcessTracker } from './process-tracker.js';
import { ThreadTracker } from './thread-tracker.js';
import { runTicker } from './ticker.js';
import type { Tracker } from './tracker.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A refused login is not retried in a loop: servers lock accounts for that. */
const REFUSED_PAUSE_MS = 10 * 60_000;

export interface InstanceStatus {
  readonly facts: InstanceFacts | null;
  readonly locality: Locality | null;
  readonly failure: DbvitalsError | null;
}

/** One instance, isolated: its failures and delays are nobody else's. */
export class InstanceLoop {
  readonly #abort = new AbortController();
  readonly #meter = new Meter();
  readonly #publisher: LockPublisher;
  readonly #learning: Learning;
  readonly #first: Promise<void>;
  #settleFirst: () => void = () => {};
  #running: Promise<void> | null = null;
  #connected: Connected | null = null;
  #tracker: Tracker | null = null;
  #status: InstanceStatus = { facts: null, locality: null, failure: null };
  #retryAtMs = 0;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(private readonly ports: CollectorPorts) {
    this.#publisher = new LockPublisher(ports);
    this.#learning = new Learning(ports);
    this.#first = new Promise((resolve) => {
      this.#settleFirst = resolve;
    });
  }

  get status(): InstanceStatus {
    return this.#status;
  }

  get overhead(): readonly OverheadItem[] {
    return this.#meter.items(this.ports.target.name);
  }

  /** Begins ticking; resolves after the first tick or the first failure. */
  start(phase: number): Promise<void> {
    this.#running ??= runTicker(
      { clock: this.ports.clock, everyMs: TICK_MS, phase, signal: this.#abort.signal },
      (missed) => this.tickOnce(missed),
    );
    return this.#first;
  }

  /** Closes the ledger's open interval, so that an answer has all there is. */
  drain(): void {
    this.#connected?.drain(this.ports.clock.nowMs());
  }

  /** One tick; never throws. Connects first when there is no connection and its pause is over. */
  async tickOnce(missedTicks: number): Promise<void> {
    const { clock, emit, target } = this.ports;
    if (missedTicks > 0) emit('missed', { instance: target.name, ticks: missedTicks });
    try {
      if (this.#connected === null && clock.monotonicMs() >= this.#retryAtMs) await this.#connect();
      if (this.#connected === null) this.#dark(missedTicks);
      else await this.#connected.tick(missedTicks, this.#abort.signal);
      this.#learning.tick();
    } catch (error) {
      if (!this.#abort.signal.aborted) await this.#failed(error);
    }
    this.#settleFirst();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new DbvitalsError('CLOSED', 'the collector was stopped'));
    await this.#running;
    this.#connected?.drain(this.ports.clock.nowMs());
    await this.#connected?.close();
    this.#connected = null;
    this.#learning.keep();
    this.#settleFirst();
  }

  async #connect(): Promise<void> {
    const { engine, target, logger, host, emit } = this.ports;
    const signal = this.#abort.signal;
    const connection = await withDeadline(
      `connecting to ${target.name}`,
      2 * DEADLINES.connect,
      signal,
      (inner) => engine.connect(target, { signal: inner, deadlineMs: DEADLINES.connect, logger }),
      UNANSWERED,
    );
    const previous = this.#status.facts;
    const { facts } = connection;
    if (
      previous !== null &&
      (previous.identity !== facts.identity || previous.startedAtMs !== facts.startedAtMs)
    ) {
      this.ports.attributor.reset();
      const code = previous.identity === facts.identity ? 'RESTARTED' : 'IDENTITY_CHANGED';
      this.#event(
        code,
        'warning',
        code === 'RESTARTED' ? 'the server was restarted' : 'another server answers here',
      );
      emit('restarted', { instance: target.name });
    }
    const locality = engine.locate(connection, host);
    this.#tracker = trackerFor(engine.sessionsAre, locality, host);
    this.#connected = new Connected(
      this.ports,
      connection,
      locality,
      this.#tracker,
      this.#meter,
      this.#publisher,
    );
    this.#learning.connected(facts.identity);
    this.ports.lockAnalyst.connected(facts);
    this.#status = { facts, locality, failure: null };
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#event('UP', 'info', `connected, version ${facts.version}`);
    emit('up', { instance: target.name, version: facts.version });
  }

  /** No connection: what the processes still show, as long as the server's main process lives. */
  #dark(missedTicks: number): void {
    if (this.#tracker?.alive) blackoutTick(this.ports, this.#tracker, missedTicks);
  }

  async #failed(error: unknown): Promise<void> {
    const { target, clock, emit, logger } = this.ports;
    const failure =
      error instanceof DbvitalsError
        ? error
        : new DbvitalsError('INTERNAL', `tick of ${target.name} failed: ${(error as Error).message}`, {
            cause: error,
          });
    // A snapshot that came too late is one lost tick while the connection still works; all else loses the connection.
    await this.#connected?.close();
    this.#connected = null;
    const refused = failure.code === 'AUTHENTICATION_FAILED';
    const pauseMs = refused ? REFUSED_PAUSE_MS : this.#pauseMs * (0.75 + Math.random() / 2);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    this.#retryAtMs = clock.monotonicMs() + pauseMs;
    this.#status = { ...this.#status, failure };
    this.#event(failure.code, 'critical', failure.message);
    logger.warn(
      { instance: target.name, code: failure.code, retryInMs: Math.round(pauseMs) },
      failure.message,
    );
    const { code, message, remedy } = failure;
    emit('down', { instance: target.name, code, message, remedy, retryInMs: pauseMs });
    this.#dark(0);
  }

  #event(code: string, severity: 'info' | 'warning' | 'critical', message: string): void {
    const { clock, sink, target } = this.ports;
    sink.append('events', [{ atMs: clock.nowMs(), instance: target.name, code, severity, message }]);
  }
}

function trackerFor(
  sessionsAre: Engine['sessionsAre'],
  { serverPid, level }: Locality,
  host: HostReader,
): Tracker | null {
  if (serverPid === null) return null;
  return sessionsAre === 'threads'
    ? new ThreadTracker(host, serverPid, level === 'per-session')
    : new ProcessTracker(host, serverPid);
}
