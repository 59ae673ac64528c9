import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import type { SampleSink, TableName, TableRows } from '../core/samples.js';
import type { StatementText } from '../core/statement.js';
import { ColumnBuffer } from './column-buffer.js';
import { Compactor } from './compactor.js';
import { Dimensions } from './dimensions.js';
import { lockDirectory } from './lock.js';
import { evict } from './retention.js';
import { SCHEMA, type StoredTable, TABLES } from './schema.js';
import { hourOf, listSegments, segmentPath } from './segments.js';
import { writeSegment } from './write-file.js';

export interface StoreWriterOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retentionMs?: number;
  readonly maxBytes?: number;
  readonly flushEveryMs?: number;
  /** Rows dropped because they could not be written for long: how many so far. */
  readonly onLoss?: (table: string, rows: number) => void;
  /** Kept per table while the disk refuses. */
  readonly mostWaitingRows?: number;
  /** Merges files in a child process; false for tests of the writer alone. */
  readonly compact?: boolean;
}

const DEFAULTS = { retentionMs: 7 * 24 * 3_600_000, maxBytes: 8 * 1024 ** 3, flushEveryMs: 5_000 };
/** Kept per table while the disk refuses: minutes at a thousand sessions. */
const MOST_WAITING_ROWS = 200_000;
const MAINTAIN_EVERY_MS = 60_000;

/** Opens a data directory for writing. Rejects with STORE_LOCKED when another collector lives there. */
export async function openStoreWriter(options: StoreWriterOptions): Promise<StoreWriter> {
  const unlock = lockDirectory(options.directory);
  return new StoreWriter(options, unlock);
}

/** Buffers rows and writes each table's as one small file every few seconds. */
export class StoreWriter implements SampleSink {
  readonly #waiting = new Map<StoredTable, ColumnBuffer>(
    TABLES.map((table) => [table, new ColumnBuffer(SCHEMA[table])]),
  );
  readonly #dimensions = new Dimensions();
  readonly #compactor: Compactor | null;
  readonly #lost = new Map<StoredTable, number>();
  #next = 0;
  #flushing: Promise<void> = Promise.resolve();
  #flushQueued = false;
  #lastFlushMs: number;
  #lastMaintainMs: number;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly options: StoreWriterOptions,
    private readonly unlock: () => void,
  ) {
    this.#next =
      1 +
      Math.max(0, ...TABLES.flatMap((table) => listSegments(options.directory, table).map(({ to }) => to)));
    this.#compactor = options.compact === false ? null : new Compactor(options.directory, options.logger);
    this.#lastFlushMs = options.clock.monotonicMs();
    this.#lastMaintainMs = this.#lastFlushMs;
    removeLeftovers(options.directory);
  }

  append<T extends TableName>(table: T, rows: readonly TableRows[T][]): void {
    if (table === 'statements') this.#dimensions.learn(rows as readonly StatementText[]);
    else {
      this.#push(table, rows);
      this.#dimensions.referTo(table, rows as never, hourOf(this.options.clock.nowMs()), (name, missing) =>
        this.#push(name, missing),
      );
    }
    const age = this.options.clock.monotonicMs() - this.#lastFlushMs;
    if (age >= (this.options.flushEveryMs ?? DEFAULTS.flushEveryMs) && !this.#flushQueued) void this.flush();
  }

  flush(): Promise<void> {
    if (this.#flushQueued) return this.#flushing;
    this.#flushQueued = true;
    this.#flushing = this.#flushing.then(() => this.#flushAll());
    return this.#flushing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.flush();
    await this.#compactor?.stop();
    for (const [table, waiting] of this.#waiting) this.#lose(table, waiting.length);
    this.unlock();
  }

  #push(table: StoredTable, rows: readonly object[]): void {
    const waiting = this.#waiting.get(table) as ColumnBuffer;
    waiting.push(rows);
    this.#trim(table, waiting);
  }

  #trim(table: StoredTable, waiting: ColumnBuffer): void {
    this.#lose(table, waiting.trim(this.options.mostWaitingRows ?? MOST_WAITING_ROWS));
  }

  #lose(table: StoredTable, rows: number): void {
    if (rows === 0) return;
    const lost = (this.#lost.get(table) ?? 0) + rows;
    this.#lost.set(table, lost);
    this.options.onLoss?.(table, lost);
  }

  async #flushAll(): Promise<void> {
    this.#flushQueued = false;
    this.#lastFlushMs = this.options.clock.monotonicMs();
    const hour = hourOf(this.options.clock.nowMs());
    // All at once: the file system takes syncs that wait at the same time into one commit of its journal. One after the
    // other they were eleven in five seconds, and a server on the same disk felt them.
    await Promise.all(
      [...this.#waiting].map(async ([table, waiting]) => {
        if (waiting.length > 0) await this.#writeOne(table, hour, waiting);
      }),
    );
    this.#maintain();
  }

  /** A file that cannot be written leaves its rows waiting for the next flush. */
  async #writeOne(table: StoredTable, hour: string, waiting: ColumnBuffer): Promise<void> {
    const columns = waiting.take();
    const number = this.#next;
    this.#next += 1;
    try {
      const path = segmentPath(this.options.directory, table, hour, number, number);
      await writeSegment(path, SCHEMA[table], columns);
    } catch (error) {
      this.options.logger.error(
        {
          table,
          rows: columns[0]?.length,
          code: (error as { code?: string }).code,
          error: (error as Error).message,
        },
        'samples could not be written; they wait for the next flush',
      );
      waiting.putBack(columns);
      this.#trim(table, waiting);
    }
  }

  #maintain(): void {
    const now = this.options.clock.monotonicMs();
    if (now - this.#lastMaintainMs < MAINTAIN_EVERY_MS) return;
    this.#lastMaintainMs = now;
    const { clock, directory, logger, retentionMs, maxBytes } = this.options;
    const evicted = evict(
      directory,
      clock.nowMs(),
      retentionMs ?? DEFAULTS.retentionMs,
      maxBytes ?? DEFAULTS.maxBytes,
    );
    if (evicted.length > 0) {
      logger.info({ hours: evicted }, 'old hours were removed');
      const message = `removed ${evicted.length} hours, ${evicted[0]} to ${evicted.at(-1)}`;
      this.#push('events', [
        { atMs: clock.nowMs(), instance: null, code: 'EVICTED', severity: 'info', message },
      ]);
    }
    this.#compactor?.run(hourOf(clock.nowMs()));
  }
}

/** Files that a crash left under their temporary names were never part of the store. */
function removeLeftovers(directory: string): void {
  for (const table of TABLES) {
    const hours = safeList(join(directory, table));
    for (const hour of hours) {
      for (const name of safeList(join(directory, table, hour))) {
        if (name.endsWith('.tmp')) rmSync(join(directory, table, hour, name), { force: true });
      }
    }
  }
}

function safeList(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
