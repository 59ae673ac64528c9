/** /proc/<pid>/schedstat: time on CPU and time waiting for one, ns, and how often it got one. https://docs.kernel.org/scheduler/sched-stats.html */
export function parseSchedstat(
  text: string,
): { cpuNs: number; runQueueNs: number; timeslices: number } | null {
  const space = text.indexOf(' ');
  const second = text.indexOf(' ', space + 1);
  if (space < 0 || second < 0) return null;
  return {
    cpuNs: Number(text.slice(0, space)),
    runQueueNs: Number(text.slice(space + 1, second)),
    timeslices: Number(text.slice(second + 1)),
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

/** /proc/<pid>/io: proc_pid_io(5). */
export interface ProcessIo {
  readonly readCharBytes: number;
  readonly writeCharBytes: number;
  readonly readCalls: number;
  readonly writeCalls: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

export function parseIo(text: string): ProcessIo | null {
  const values: number[] = [];
  for (let colon = text.indexOf(': '); colon >= 0 && values.length < 6; colon = text.indexOf(': ', colon + 2))
    values.push(Number.parseInt(text.slice(colon + 2, colon + 22), 10));
  const [readCharBytes, writeCharBytes, readCalls, writeCalls, readBytes, writeBytes] = values;
  if (writeBytes === undefined) return null;
  return { readCharBytes, writeCharBytes, readCalls, writeCalls, readBytes, writeBytes } as ProcessIo;
}

/** /proc/<pid>/statm in pages: resident, and the part of it that is file-backed or shared. */
export function parseStatm(text: string): { residentPages: number; sharedPages: number } | null {
  const [, resident, shared] = text.split(' ', 3);
  if (shared === undefined) return null;
  return { residentPages: Number(resident), sharedPages: Number(shared) };
}

/** `NSpid:` of /proc/<pid>/status: the pid in the innermost namespace, null when it is ours too. */
export function parseNamespacePid(status: string): number | null {
  const pids = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [];
  return pids.length > 1 ? Number(pids.at(-1)) : null;
}
