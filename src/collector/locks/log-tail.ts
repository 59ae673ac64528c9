import type { Engine } from '../../core/engine.js';
import type { InstanceFacts } from '../../core/facts.js';
import type { HostReader, LogPosition } from '../../core/host.js';
import type { ReportedDeadlock } from '../../core/lock-analyst.js';
import type { LogFile, ServerLog } from '../../core/server-log.js';

/** More than this between two looks is skipped to its end: a log of 4 MB a second is not one to read. */
const MOST_BYTES = 4 * 2 ** 20;
/** What a piece leaves unfinished: more is no record of a deadlock. */
const MOST_REST = 256 * 1024;
const LOCATE_EVERY_MS = 10_000;

/** Follows the server's log on this host from now on, for deadlocks. One fstat a second while nothing is written. */
export class LogTail {
  readonly #log: ServerLog | null;
  #file: LogFile | null = null;
  #position: LogPosition | null = null;
  #rest = '';
  #locatedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    engine: Engine,
    private readonly facts: InstanceFacts,
    private readonly serverPid: number | null,
    private readonly host: HostReader,
  ) {
    this.#log = serverPid === null ? null : (engine.serverLog ?? null);
  }

  /** What was told since the last look; at the first one nothing: history is not news. */
  poll(nowMs: number): readonly ReportedDeadlock[] {
    if (this.#log === null) return [];
    const found = [...this.#read(this.#log, nowMs)];
    if (nowMs - this.#locatedAtMs >= LOCATE_EVERY_MS && this.#moved(this.#log, nowMs))
      found.push(...this.#read(this.#log, nowMs));
    return found;
  }

  /** The collector of the server begins a new file now and then: it is read from its beginning. */
  #moved(log: ServerLog, nowMs: number): boolean {
    this.#locatedAtMs = nowMs;
    const located = log.locate(this.facts, this.serverPid as number, this.host.logs);
    if ('unavailable' in located || located.path === this.#file?.path) return false;
    const first = this.#file === null;
    this.#file = located;
    this.#rest = '';
    this.#position = first
      ? (this.host.logs.readAppended(located.path, null, MOST_BYTES)?.position ?? null)
      : { inode: 0, offset: 0 };
    return !first;
  }

  #read(log: ServerLog, nowMs: number): readonly ReportedDeadlock[] {
    if (this.#file === null || this.#position === null) return [];
    const appended = this.host.logs.readAppended(this.#file.path, this.#position, MOST_BYTES);
    if (appended === null) return [];
    this.#position = appended.position;
    if (appended.text === '' && this.#rest === '') return [];
    const before = appended.skippedBytes > 0 ? '' : this.#rest;
    const { deadlocks, rest } = log.parse(before + appended.text, this.#file.format, nowMs, this.facts);
    this.#rest = rest.length > MOST_REST ? '' : rest;
    return deadlocks;
  }
}
