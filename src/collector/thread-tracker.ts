import type { ProcessTitle } from '../core/engine.js';
import type { HostReader } from '../core/host.js';
import type { ProcessCost, ProcessReading } from '../core/process.js';
import { processCost } from '../core/process-delta.js';
import type { SessionRow } from '../core/session.js';
import { DueTasks, idleTasks } from './due.js';
import type { TrackedCosts, Tracker } from './tracker.js';

/** Threads of a server come and go with its thread cache; which there are is looked up this often. */
const LIST_EVERY_TICKS = 5;
/** MariaDB's thread pool: `worker_thread` in /proc (from 11 on), `threadpool/worker_thread` to itself. */
const POOL_THREAD = /worker_thread$/;
/** The kernel's own workers for a process that uses io_uring. */
const KERNEL_THREAD = /^iou-/;
/** /proc/<pid>/stat counts in ticks of 10 ms, user and system time apart. */
const TICK_ERROR_NS = 20e6;
/** MySQL tells in whole seconds how long a session has been idle. */
const CLOCK_ERROR_MS = 1_000;

/** Follows all threads of one server process. Memory is the process's and is shown with its main thread. */
export class ThreadTracker implements Tracker {
  readonly #last = new Map<number, { readonly reading: ProcessReading; readonly atMs: number }>();
  readonly #titles = new Map<number, ProcessTitle>();
  readonly #due = new DueTasks(CLOCK_ERROR_MS);
  #threads: readonly number[] = [];
  #ticks = 0;
  #processNs: number | null = null;
  #countedNs = 0;

  /**
   * `bound`: a session stays on its thread, so that the thread's figures are the session's. Otherwise threads named
   * `worker` run the sessions; where no thread has a name of its own, all but the main one may.
   */
  constructor(
    private readonly host: HostReader,
    private readonly serverPid: number,
    private readonly bound: boolean,
  ) {}

  get alive(): boolean {
    return this.host.describe(this.serverPid) !== null;
  }

  titles(): readonly ProcessTitle[] {
    this.#threads = this.host.threads(this.serverPid);
    this.#learnTitles(this.#threads);
    return this.#threads.flatMap((tid) => this.#titles.get(tid) ?? []);
  }

  mapPids(sessions: readonly SessionRow[]): readonly SessionRow[] {
    return sessions.map((session) => ({
      ...session,
      osPid: session.kind === 'client' ? this.serverPid : null,
      osTid: this.#isBound(session) ? session.osTid : 0,
    }));
  }

  /** The server's own threads are themselves also where a pool's threads run the sessions. */
  #isBound({ kind, backendType }: SessionRow): boolean {
    return this.bound || (kind !== 'client' && !POOL_THREAD.test(backendType));
  }

  /** Sessions that stay idle are read at a tenth of the rate. */
  read(sessions: readonly SessionRow[], nowMs: number): TrackedCosts {
    const first = this.#ticks === 0;
    this.#ticks += 1;
    const mentioned = sessions.flatMap(({ osTid }) => osTid || []);
    if (first || this.#ticks % LIST_EVERY_TICKS === 0 || mentioned.some((tid) => !this.#last.has(tid)))
      this.#threads = this.host.threads(this.serverPid);
    const known = new Set(mentioned);
    const unlisted = this.#threads.filter((tid) => !known.has(tid));
    this.#learnTitles(unlisted);
    const due = this.#due.select(this.#threads, idleTasks(sessions), this.#last);
    const costs = new Map<number, ProcessCost>();
    const seen = this.#read(due, costs, nowMs, first);
    const listed = new Set(this.#threads);
    const asked = new Set(due);
    const gone = [...this.#last.keys()].filter(
      (tid) => !listed.has(tid) || (!seen.has(tid) && asked.has(tid)),
    );
    // Only against all threads the process's total tells what those that ended had used last.
    if (gone.length > 0)
      this.#read(
        this.#threads.filter((tid) => !seen.has(tid) && this.#last.has(tid)),
        costs,
        nowMs,
        first,
      );
    const endedCpuNs = this.#ended(costs, gone);
    this.#addMemory(costs);
    return { costs, endedCpuNs, ...this.#unlisted(unlisted) };
  }

  /** Adds what the threads used since they were last read; returns those that still are. */
  #read(
    tids: readonly number[],
    costs: Map<number, ProcessCost>,
    nowMs: number,
    first: boolean,
  ): ReadonlySet<number> {
    const readings = this.host.readThreads(this.serverPid, tids);
    for (const [tid, reading] of readings) {
      const before = this.#last.get(tid);
      const cost =
        before === undefined
          ? newThread(reading, first)
          : processCost(before.reading, reading, nowMs - before.atMs);
      if (cost !== null) {
        costs.set(tid, cost);
        this.#due.learn(tid, cost);
      }
      this.#last.set(tid, { reading, atMs: nowMs });
    }
    return new Set(readings.keys());
  }

  /** The kernel's names of threads; one that has only the main thread's has none of its own. */
  #unlisted(tids: readonly number[]): Pick<TrackedCosts, 'names' | 'shared'> {
    const main = this.#titles.get(this.serverPid)?.title;
    const named = tids.flatMap((tid) => this.#titles.get(tid) ?? []).filter(({ title }) => title !== main);
    const pool = named.filter(({ title }) => POOL_THREAD.test(title)).map(({ pid }) => pid);
    const workers = named.every(({ title }) => KERNEL_THREAD.test(title)) ? tids : pool;
    return {
      // One name for all of a kind: `ib_io_rd-1`, `iou-wrk-4711`.
      names: new Map(named.map(({ pid, title }) => [pid, title.replace(/-\d+$/, '')])),
      shared: new Set(this.bound ? [] : workers.filter((tid) => tid !== this.serverPid)),
    };
  }

  /** Each thread is looked up once: it costs as much as ten readings. */
  #learnTitles(tids: readonly number[]): void {
    for (const tid of tids.length > 0 ? [this.serverPid, ...tids] : []) {
      if (this.#titles.has(tid)) continue;
      const thread = this.host.describe(tid);
      if (thread !== null)
        this.#titles.set(tid, { pid: tid, title: thread.command, startedAtMs: thread.startedAtMs });
    }
  }

  /** A thread that ended took its last figures with it; the process's total has them. */
  #ended(costs: ReadonlyMap<number, ProcessCost>, gone: readonly number[]): number {
    for (const { cpuNs } of costs.values()) this.#countedNs += cpuNs;
    for (const tid of gone) {
      this.#last.delete(tid);
      this.#due.forget(tid);
      this.#titles.delete(tid);
    }
    if (gone.length === 0 && this.#processNs !== null) return 0;
    const process = this.host.processCpuNs(this.serverPid);
    if (process === null) return 0;
    const used = this.#processNs === null ? 0 : process - this.#processNs;
    const ended = this.#processNs === null ? 0 : Math.max(0, used - this.#countedNs);
    this.#processNs = process;
    this.#countedNs = 0;
    return ended < TICK_ERROR_NS ? 0 : ended;
  }

  #addMemory(costs: Map<number, ProcessCost>): void {
    const main = costs.get(this.serverPid);
    const whole = this.host.readProcesses([this.serverPid]).get(this.serverPid);
    if (main === undefined || whole === undefined) return;
    costs.set(this.serverPid, {
      ...main,
      residentBytes: whole.residentBytes,
      anonBytes: whole.anonBytes,
    });
  }
}

/** A thread not seen before began since the last reading, unless it is our own first one. */
function newThread(reading: ProcessReading, first: boolean): ProcessCost | null {
  if (first) return null;
  return processCost(
    {
      ...reading,
      cpuNs: 0,
      runQueueNs: 0,
      timeslices: 0,
      readBytes: 0,
      writeBytes: 0,
      readCharBytes: 0,
      writeCharBytes: 0,
      readCalls: 0,
      writeCalls: 0,
    },
    reading,
    1000,
  );
}
