import { readdirSync } from 'node:fs';
import type { ProcessReading } from '../core/process.js';
import type { Descriptors } from './descriptors.js';
import { type ProcessIo, parseIo, parseSchedstat, parseStat, parseStatm } from './parse/process.js';
import { CLOCK_TICKS, NS_PER_TICK } from './parse/system.js';

const PAGE_BYTES = 4096;

/** `stat` and `statm` (faults, state, memory) cost more than the rest together: read every fifth time. */
const SLOW_EVERY = 5;

/** Reads processes and threads. `schedstat` of a process counts its main thread: enough for servers that fork. */
export class ProcessFiles {
  readonly #delayAccounting: boolean;
  readonly #kept = new Map<string, { reading: ProcessReading; age: number }>();
  readonly #denied = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly files: Descriptors,
  ) {
    this.#delayAccounting = files.read(`${root}/sys/kernel/task_delayacct`)?.trim() === '1';
  }

  read(pids: readonly number[]): ReadonlyMap<number, ProcessReading> {
    const found = new Map<number, ProcessReading>();
    for (const pid of pids) {
      const reading = this.#readOne(`${this.root}/${pid}`, pid, true);
      if (reading !== null) found.set(pid, reading);
    }
    return found;
  }

  readThreads(pid: number, tids: readonly number[]): ReadonlyMap<number, ProcessReading> {
    const found = new Map<number, ProcessReading>();
    for (const tid of tids) {
      const reading = this.#readOne(`${this.root}/${pid}/task/${tid}`, tid, false);
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

  #readOne(directory: string, pid: number, memory: boolean): ProcessReading | null {
    const kept = this.#kept.get(directory);
    const schedText = kept === undefined ? null : this.files.readKept(`${directory}/schedstat`);
    if (kept !== undefined && schedText !== null && kept.age < SLOW_EVERY) {
      kept.age += 1;
      // A process that was not on a CPU has read and written nothing either.
      const sched = parseSchedstat(schedText);
      if (sched?.timeslices !== kept.reading.timeslices)
        kept.reading = { ...kept.reading, ...costsOf(sched, this.#io(directory)) };
      return kept.reading;
    }
    if (schedText === null) this.#forget(directory);
    return this.#readWhole(directory, pid, memory);
  }

  #readWhole(directory: string, pid: number, memory: boolean): ProcessReading | null {
    const stat = parseStat(this.files.read(`${directory}/stat`) ?? '');
    if (stat === null || stat.state === 'Z') {
      this.#forget(directory);
      return null;
    }
    const sched = parseSchedstat(this.files.read(`${directory}/schedstat`) ?? '');
    const statm = memory ? parseStatm(this.files.read(`${directory}/statm`) ?? '') : null;
    const reading: ProcessReading = {
      pid,
      startTicks: stat.startTicks,
      ...costsOf(
        sched ?? {
          cpuNs: (stat.userTicks + stat.systemTicks) * NS_PER_TICK,
          runQueueNs: null,
          timeslices: null,
        },
        this.#io(directory),
      ),
      residentBytes: statm === null ? null : statm.residentPages * PAGE_BYTES,
      anonBytes: statm === null ? null : (statm.residentPages - statm.sharedPages) * PAGE_BYTES,
      minorFaults: stat.minorFaults,
      majorFaults: stat.majorFaults,
      blockIoDelayMs: this.#delayAccounting ? (stat.blockIoDelayTicks * 1000) / CLOCK_TICKS : null,
      state: stat.state,
    };
    // Without schedstat every reading must be a whole one. Staggered by pid, so that no tick reads all of them.
    if (sched !== null)
      this.#kept.set(directory, { reading, age: this.#kept.has(directory) ? 0 : pid % SLOW_EVERY });
    return reading;
  }

  /** Another user's `io` may not be read: tried once per process. */
  #io(directory: string): ProcessIo | null {
    return this.#denied.has(directory)
      ? null
      : (parseIo(this.files.read(`${directory}/io`) ?? '') ?? this.#deny(directory));
  }

  #deny(directory: string): null {
    this.#denied.add(directory);
    return null;
  }

  #forget(directory: string): void {
    this.#kept.delete(directory);
    this.#denied.delete(directory);
    for (const name of ['stat', 'schedstat', 'io', 'statm']) this.files.forget(`${directory}/${name}`);
  }

  /** Kernels without CONFIG_PROC_CHILDREN. */
  #childrenByScan(pid: number): readonly number[] {
    return readdirSync(this.root)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((child) => parseStat(this.files.read(`${this.root}/${child}/stat`) ?? '')?.parentPid === pid);
  }
}

function costsOf(
  sched: { cpuNs: number; runQueueNs: number | null; timeslices: number | null } | null,
  io: ProcessIo | null,
) {
  return {
    cpuNs: sched?.cpuNs ?? 0,
    runQueueNs: sched?.runQueueNs ?? null,
    timeslices: sched?.timeslices ?? null,
    readBytes: io?.readBytes ?? null,
    writeBytes: io?.writeBytes ?? null,
    readCharBytes: io?.readCharBytes ?? null,
    writeCharBytes: io?.writeCharBytes ?? null,
    readCalls: io?.readCalls ?? null,
    writeCalls: io?.writeCalls ?? null,
  };
}
