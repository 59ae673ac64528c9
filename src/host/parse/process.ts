/** Numbers of /proc/<pid>/schedstat: time on CPU and time waiting for one, ns, and how often it got one. https://docs.kernel.org/scheduler/sched-stats.html */
export function parseSchedstat(numbers: readonly number[]) {
  if (numbers.length < 3) return null;
  return {
    cpuNs: numbers[0] as number,
    runQueueNs: numbers[1] as number,
    timeslices: numbers[2] as number,
  };
}

/** Fields of /proc/<pid>/stat that we use; times in clock ticks. proc_pid_stat(5) */
export interface ProcessStat {
  readonly command: string;
  readonly state: string;
  readonly parentPid: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly childUserTicks: number;
  readonly childSystemTicks: number;
  readonly startTicks: number;
  readonly blockIoDelayTicks: number;
}

/** The command may hold spaces and parentheses: fields count from the last `)`. */
export function parseStat(text: string): ProcessStat | null {
  const close = text.lastIndexOf(')');
  if (close < 0) return null;
  const fields = text.slice(close + 2).split(' ');
  if (fields.length < 40) return null;
  const at = (field: number) => Number(fields[field - 3]);
  return {
    command: text.slice(text.indexOf('(') + 1, close),
    state: fields[0] as string,
    parentPid: at(4),
    minorFaults: at(10),
    majorFaults: at(12),
    userTicks: at(14),
    systemTicks: at(15),
    childUserTicks: at(16),
    childSystemTicks: at(17),
    startTicks: at(22),
    blockIoDelayTicks: at(42),
  };
}

/** Numbers of /proc/<pid>/io: proc_pid_io(5). */
export interface ProcessIo {
  readonly readCharBytes: number;
  readonly writeCharBytes: number;
  readonly readCalls: number;
  readonly writeCalls: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

export function parseIo(numbers: readonly number[]): ProcessIo | null {
  if (numbers.length < 6) return null;
  return {
    readCharBytes: numbers[0] as number,
    writeCharBytes: numbers[1] as number,
    readCalls: numbers[2] as number,
    writeCalls: numbers[3] as number,
    readBytes: numbers[4] as number,
    writeBytes: numbers[5] as number,
  };
}

/** Numbers of /proc/<pid>/statm in pages: resident, and the part of it that is file-backed or shared. */
export function parseStatm(numbers: readonly number[]) {
  if (numbers.length < 3) return null;
  return { residentPages: numbers[1] as number, sharedPages: numbers[2] as number };
}

/** `NSpid:` of /proc/<pid>/status: the pid in the innermost namespace, null when it is ours too. */
export function parseNamespacePid(status: string): number | null {
  const pids = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [];
  return pids.length > 1 ? Number(pids.at(-1)) : null;
}
