import { readdirSync } from 'node:fs';
import type { ProcessReading } from '../core/process.js';
import type { Descriptors } from './descriptors.js';
import { type ProcessIo, parseIo, parseSchedstat, parseStat, parseStatm } from './parse/process.js';
import { CLOCK_TICKS, NS_PER_TICK } from './parse/system.js';

const PAGE_BYTES = 4096;

/** `stat` and `statm` (faults, state, memory) cost more than the rest together: every fifth time, of hardly used processes every twentieth. */
const WHOLE_EVERY = 5;
const WHOLE_AT_LAST = 20;
/** CPU below which memory hardly changed, and below which little was read or written (a read call takes 2-5 µs). */
const LITTLE_CPU_NS = 5e6;
const HARDLY_ANY_CPU_NS = 2e6;

/** One process or thread between readings, with its paths: joining them anew costs as much as a read. */
interface Kept {
  readonly files: Readonly<Record<'stat' | 'schedstat' | 'io' | 'statm', string>>;
  reading: ProcessReading | null;
  /** Readings since the last whole one, and its CPU at that, and at the last reading of `io`. */
  age: number;
  wholeAtNs: number;
  ioAtNs: number;
  /** Another user's `io` may not be read: tried once. */
  ioDenied: boolean;
}

/** Reads processes and threads. `schedstat` of a process counts its main thread: enough for servers that fork. */
export class ProcessFiles {
  readonly #delayAccounting: boolean;
  readonly #processes = new Map<number, Kept>();
  readonly #threads = new Map<number, Kept>();

  constructor(
    private readonly root: string,
    private readonly files: Descriptors,
  ) {
    this.#delayAccounting = files.read(`${root}/sys/kernel/task_delayacct`)?.trim() === '1';
  }

  read(pids: readonly number[]): ReadonlyMap<number, ProcessReading> {
    const found = new Map<number, ProcessReading>();
    for (const pid of pids) {
      const reading = this.#readOne(this.#processes, `${this.root}/${pid}`, pid);
      if (reading !== null) found.set(pid, reading);
    }
    return found;
  }

  readThreads(pid: number, tids: readonly number[]): ReadonlyMap<number, ProcessReading> {
    const found = new Map<number, ProcessReading>();
    for (const tid of tids) {
      const reading = this.#readOne(this.#threads, `${this.root}/${pid}/task/${tid}`, tid);
      if (reading !== null) found.set(tid, reading);
    }
    return found;
  }

  threads(pid: number): readonly number[] {
    try {
      return readdirSync(`${this.root}/${pid}/task`).map(Number);
    } catch {
      return [];
    }
  }

  children(pid: number): readonly number[] {
    const text = this.files.read(`${this.root}/${pid}/task/${pid}/children`);
    if (text !== null) return text.split(' ').filter(Boolean).map(Number);
    return this.#childrenByScan(pid);
  }

  endedChildrenCpuNs(pid: number): number | null {
    const stat = parseStat(this.files.read(`${this.root}/${pid}/stat`) ?? '');
    return stat === null ? null : (stat.childUserTicks + stat.childSystemTicks) * NS_PER_TICK;
  }

  processCpuNs(pid: number): number | null {
    const stat = parseStat(this.files.read(`${this.root}/${pid}/stat`) ?? '');
    return stat === null ? null : (stat.userTicks + stat.systemTicks) * NS_PER_TICK;
  }

  #readOne(all: Map<number, Kept>, directory: string, id: number): ProcessReading | null {
    const kept = all.get(id) ?? keep(directory, id);
    const numbers = kept.reading === null ? null : this.files.keptNumbers(kept.files.schedstat);
    const sched = numbers === null ? null : parseSchedstat(numbers);
    if (kept.reading !== null && sched !== null && !isWholeDue(kept, sched.cpuNs)) {
      kept.age += 1;
      if (sched.timeslices !== kept.reading.timeslices)
        kept.reading = { ...kept.reading, ...sched, ...this.#io(kept, sched.cpuNs) };
      return kept.reading;
    }
    if (kept.reading !== null && numbers === null) this.#forget(all, id, kept);
    const current = kept.reading !== null && numbers === null ? keep(directory, id) : kept;
    const reading = this.#readWhole(current, id, all === this.#processes);
    if (reading === null) this.#forget(all, id, current);
    // Without schedstat every reading must be a whole one.
    else if (reading.timeslices !== null) all.set(id, current);
    return reading;
  }

  #readWhole(kept: Kept, pid: number, memory: boolean): ProcessReading | null {
    const stat = parseStat(this.files.read(kept.files.stat) ?? '');
    if (stat === null || stat.state === 'Z') return null;
    const sched = parseSchedstat(this.files.numbers(kept.files.schedstat) ?? []);
    const statm = memory ? parseStatm(this.files.numbers(kept.files.statm) ?? []) : null;
    const cpuNs = sched?.cpuNs ?? (stat.userTicks + stat.systemTicks) * NS_PER_TICK;
    // Staggered by pid, so that no tick reads all of them whole.
    kept.age = kept.reading === null ? pid % WHOLE_EVERY : 0;
    kept.wholeAtNs = cpuNs;
    kept.reading = {
      pid,
      startTicks: stat.startTicks,
      cpuNs,
      runQueueNs: sched?.runQueueNs ?? null,
      timeslices: sched?.timeslices ?? null,
      ...(this.#io(kept, cpuNs, true) ?? NO_IO),
      residentBytes: statm === null ? null : statm.residentPages * PAGE_BYTES,
      anonBytes: statm === null ? null : (statm.residentPages - statm.sharedPages) * PAGE_BYTES,
      minorFaults: stat.minorFaults,
      majorFaults: stat.majorFaults,
      blockIoDelayMs: this.#delayAccounting ? (stat.blockIoDelayTicks * 1000) / CLOCK_TICKS : null,
      state: stat.state,
    };
    return kept.reading;
  }

  /** Null: unchanged as far as anybody can tell, or not to be had. What a light process did comes with a later reading. */
  #io(kept: Kept, cpuNs: number, now = false): ProcessIo | null {
    if (kept.ioDenied || (!now && cpuNs - kept.ioAtNs < HARDLY_ANY_CPU_NS)) return null;
    kept.ioAtNs = cpuNs;
    const io = parseIo(this.files.numbers(kept.files.io) ?? []);
    kept.ioDenied = io === null;
    return io;
  }

  #forget(all: Map<number, Kept>, id: number, kept: Kept): void {
    all.delete(id);
    for (const path of Object.values(kept.files)) this.files.forget(path);
  }

  /** Kernels without CONFIG_PROC_CHILDREN. */
  #childrenByScan(pid: number): readonly number[] {
    return readdirSync(this.root)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((child) => parseStat(this.files.read(`${this.root}/${child}/stat`) ?? '')?.parentPid === pid);
  }
}

const NO_IO = {
  readBytes: null,
  writeBytes: null,
  readCharBytes: null,
  writeCharBytes: null,
  readCalls: null,
  writeCalls: null,
};

function keep(directory: string, id: number): Kept {
  const files = {
    stat: `${directory}/stat`,
    schedstat: `${directory}/schedstat`,
    io: `${directory}/io`,
    statm: `${directory}/statm`,
  };
  return { files, reading: null, age: id % WHOLE_EVERY, wholeAtNs: 0, ioAtNs: 0, ioDenied: false };
}

function isWholeDue({ age, wholeAtNs }: Kept, cpuNs: number): boolean {
  return age >= WHOLE_AT_LAST || (age >= WHOLE_EVERY && cpuNs - wholeAtNs >= LITTLE_CPU_NS);
}
