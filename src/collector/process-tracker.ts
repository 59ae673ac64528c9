import type { ProcessTitle } from '../core/engine.js';
import type { HostReader } from '../core/host.js';
import type { ProcessCost, ProcessReading } from '../core/process.js';
import { processCost } from '../core/process-delta.js';
import type { SessionRow } from '../core/session.js';
import { DueTasks, idleTasks, MANY } from './due.js';
import type { TrackedCosts, Tracker } from './tracker.js';

/** The kernel counts ended children in ticks of 10 ms each for user and system time. */
const TICK_ERROR_NS = 20e6;
const LIST_EVERY_TICKS = 5;

/** Follows all processes of one server: its main process and that one's children. */
export class ProcessTracker implements Tracker {
  readonly #last = new Map<number, { reading: ProcessReading; atMs: number }>();
  readonly #namespacePids = new Map<number, number>();
  readonly #namespaced: boolean;
  readonly #due = new DueTasks(0);
  #endedTotalNs: number | null = null;
  #owedNs = 0;
  #children: readonly number[] = [];
  #ticks = 0;

  constructor(
    private readonly host: HostReader,
    private readonly serverPid: number,
  ) {
    this.#namespaced = host.describe(serverPid)?.namespacePid !== null;
  }

  get alive(): boolean {
    return this.host.describe(this.serverPid) !== null;
  }

  titles(): readonly ProcessTitle[] {
    return this.host.children(this.serverPid).flatMap((pid) => {
      const process = this.host.describe(pid);
      return process === null ? [] : [{ pid, title: process.commandLine, startedAtMs: process.startedAtMs }];
    });
  }

  /** Pids of this host for sessions of a server in a container; the same rows when there is none. */
  mapPids(sessions: readonly SessionRow[]): readonly SessionRow[] {
    if (!this.#namespaced) return sessions;
    for (const pid of this.host.children(this.serverPid)) {
      const inside = this.#namespacePids.has(pid) ? null : this.host.describe(pid)?.namespacePid;
      if (inside) this.#namespacePids.set(pid, inside);
    }
    const outside = new Map([...this.#namespacePids].map(([pid, inside]) => [inside, pid]));
    return sessions.map((session) => ({ ...session, osPid: outside.get(session.osPid ?? -1) ?? null }));
  }

  /** What every process used since it was last read. Sessions that stay idle are read at a tenth of the rate. */
  read(sessions: readonly SessionRow[], nowMs: number): TrackedCosts {
    const first = this.#ticks === 0;
    this.#ticks += 1;
    const before = this.#children;
    const children = this.#listed(sessions);
    const due = this.#due.select(children, idleTasks(sessions), this.#last);
    const readings = this.host.readProcesses(due);
    const costs = new Map<number, ProcessCost>();
    let replacedNs = 0;
    for (const [pid, reading] of readings) {
      const known = this.#last.get(pid);
      const reused = known !== undefined && known.reading.startTicks !== reading.startTicks;
      // The pid's former process ended, and the new one began since.
      if (reused) replacedNs += known.reading.cpuNs;
      const cost =
        known === undefined || reused
          ? firstCost(reading, first)
          : processCost(known.reading, reading, nowMs - known.atMs);
      if (cost !== null) {
        costs.set(pid, cost);
        this.#due.learn(pid, cost);
      }
      if (known === undefined) this.#last.set(pid, { reading, atMs: nowMs });
      else {
        known.reading = reading;
        known.atMs = nowMs;
      }
    }
    const endedCpuNs = this.#ended(children === before ? null : new Set(children), replacedNs);
    return { costs, endedCpuNs, names: new Map(), shared: new Set() };
  }

  /**
   * The server's processes. With many of them the kernel takes as long to list them as to read a tenth of them: while no
   * session is new, one list serves some ticks.
   */
  #listed(sessions: readonly SessionRow[]): readonly number[] {
    const { length } = this.#children;
    if (length < MANY || this.#ticks % LIST_EVERY_TICKS === 0 || !this.#knowsAll(sessions))
      this.#children = [...this.host.children(this.serverPid), this.serverPid];
    return this.#children;
  }

  #knowsAll(sessions: readonly SessionRow[]): boolean {
    for (const { osPid } of sessions) if (osPid !== null && !this.#last.has(osPid)) return false;
    return true;
  }

  /**
   * What the main process says its ended children used, less what was already counted of those that vanished. A child
   * may be counted a moment after it vanished, so a debt is kept; it is forgiven up to the kernel's rounding.
   * `alive` is null while they are not listed anew.
   */
  #ended(alive: ReadonlySet<number> | null, replacedNs: number): number {
    let goneNs = replacedNs;
    let gone = replacedNs > 0 ? 1 : 0;
    for (const [pid, { reading }] of alive === null ? [] : this.#last) {
      if (alive?.has(pid)) continue;
      goneNs += reading.cpuNs;
      gone += 1;
      this.#last.delete(pid);
      this.#due.forget(pid);
      this.#namespacePids.delete(pid);
    }
    const total = this.host.endedChildrenCpuNs(this.serverPid);
    const rose = total === null || this.#endedTotalNs === null ? 0 : total - this.#endedTotalNs;
    this.#endedTotalNs = total;
    this.#owedNs += goneNs - rose;
    if (this.#owedNs < 0) {
      const ended = -this.#owedNs;
      this.#owedNs = 0;
      return ended;
    }
    if (gone === 0 && rose === 0) this.#owedNs = Math.max(0, this.#owedNs - TICK_ERROR_NS);
    return 0;
  }
}

/** A process that was not there at the last tick began since then: all it used is new. At our own start it is not. */
function firstCost(reading: ProcessReading, first: boolean): ProcessCost | null {
  return first ? null : processCost({ ...ZERO, startTicks: reading.startTicks }, reading, 1000);
}

const ZERO: ProcessReading = {
  pid: 0,
  startTicks: 0,
  cpuNs: 0,
  runQueueNs: 0,
  timeslices: 0,
  readBytes: 0,
  writeBytes: 0,
  readCharBytes: 0,
  writeCharBytes: 0,
  readCalls: 0,
  writeCalls: 0,
  residentBytes: 0,
  anonBytes: 0,
  minorFaults: 0,
  majorFaults: 0,
  blockIoDelayMs: 0,
  state: null,
};
