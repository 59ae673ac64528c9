import { withDeadline } from '../../core/deadline.js';
import type { Connection } from '../../core/engine.js';
import { DEADLINES } from '../deadlines.js';
import type { CollectorPorts } from '../ports.js';

/** After a failure the first connection serves for this long; a refused login must not be repeated in a loop. */
const RETRY_MS = 10 * 60_000;

/**
 * The lock lane's own connection, so that a snapshot never stands behind a slower probe. Opened when first asked for;
 * until it is there, and when it cannot be had, the first connection serves.
 */
export class LaneConnection {
  #second: Connection | null = null;
  #opening: Promise<void> | null = null;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ports: Pick<CollectorPorts, 'engine' | 'target' | 'clock' | 'logger' | 'sink'>,
    private readonly first: Connection,
    private readonly signal: AbortSignal,
  ) {}

  get ownSessionIds(): readonly string[] {
    return this.#second?.ownSessionIds ?? [];
  }

  current(): Connection {
    const { clock } = this.ports;
    if (this.#second === null && this.#opening === null && clock.monotonicMs() >= this.#retryAtMs)
      this.#opening = this.#open();
    return this.#second ?? this.first;
  }

  /** A failed round trip on it: the next one opens another. */
  async drop(connection: Connection): Promise<void> {
    if (connection !== this.#second) return;
    this.#second = null;
    await connection.close();
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#second?.close();
    this.#second = null;
  }

  async #open(): Promise<void> {
    const { engine, target, logger, clock } = this.ports;
    try {
      const opened = await withDeadline(
        `a second connection to ${target.name}`,
        2 * DEADLINES.connect,
        this.signal,
        (signal) => engine.connect(target, { signal, deadlineMs: DEADLINES.connect, logger }),
      );
      if (this.signal.aborted) await opened.close();
      else this.#second = opened;
    } catch (error) {
      this.#retryAtMs = clock.monotonicMs() + RETRY_MS;
      if (!this.signal.aborted) this.#failed((error as Error).message);
    }
    this.#opening = null;
  }

  #failed(reason: string): void {
    const { sink, target, clock } = this.ports;
    const message = `no second connection for locks, the first one serves: ${reason}`;
    sink.append('events', [
      { atMs: clock.nowMs(), instance: target.name, code: 'LOCKS_SHARED', severity: 'info', message },
    ]);
  }
}
