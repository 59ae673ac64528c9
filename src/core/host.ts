import type { Capability } from './capability.js';
import type { CgroupReading, HostReading } from './host-reading.js';
import type { ProcessReading } from './process.js';

/**
 * The operating system as the collector and the engines see it. Reads of processes are synchronous: a kept descriptor
 * answers in 1-7 µs.
 */
export interface HostReader {
  readonly capabilities: readonly Capability[];
  readonly cpuCount: number;
  /** Cumulative figures of the processes that still exist; the others are left out. */
  readProcesses(pids: readonly number[]): ReadonlyMap<number, ProcessReading>;
  /** The same for threads of one process. */
  readThreads(pid: number, tids: readonly number[]): ReadonlyMap<number, ProcessReading>;
  /** Thread ids of a process; empty when it is gone. */
  threads(pid: number): readonly number[];
  /** Pids of the direct children, from /proc/<pid>/task/<pid>/children or a scan where the kernel lacks it. */
  children(pid: number): readonly number[];
  /** CPU of children that ended and were waited for (cutime + cstime), ns in steps of one clock tick; null if gone. */
  endedChildrenCpuNs(pid: number): number | null;
  /** CPU of a process with all its threads, the ended ones too, ns in steps of one clock tick; null if gone. */
  processCpuNs(pid: number): number | null;
  describe(pid: number): ProcessDescription | null;
  /** Limits and throttling of the control group that a process runs in; null where there is none to read. */
  readCgroup(pid: number): CgroupReading | null;
  /** Which local process holds the other end of a connection to a local server. */
  findClient(connection: ClientEndpoint): ClientProcess | null;
  /** The whole host. Elsewhere than on Linux other programs are asked, and it takes as long as they do. */
  read(): Promise<HostReading>;
  readonly logs: LogFiles;
  close(): void;
}

/** Log files of servers on this host; null for what is not there or may not be read. */
export interface LogFiles {
  readText(path: string): string | null;
  /** The file of that extension that was written to last. */
  newest(directory: string, extension: string): string | null;
  /** The regular file that is the process's standard error. */
  standardErrorOf(pid: number): string | null;
  /** Whole lines written since; from null: nothing yet, only where the file ends. */
  readAppended(path: string, from: LogPosition | null, maxBytes: number): AppendedLines | null;
}

export interface LogPosition {
  readonly inode: number;
  readonly offset: number;
}

export interface AppendedLines {
  readonly text: string;
  readonly position: LogPosition;
  /** Left out, because there was more than `maxBytes`. */
  readonly skippedBytes: number;
}

export interface ProcessDescription {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTicks: number;
  readonly startedAtMs: number;
  readonly uid: number;
  /** argv joined by spaces; for PostgreSQL backends the process title. Control characters removed. */
  readonly commandLine: string;
  readonly command: string;
  readonly executable: string | null;
  readonly workingDirectory: string | null;
  /** Pid in the process's own namespace, when it is another than ours. */
  readonly namespacePid: number | null;
  readonly cgroup: string | null;
  readonly container: string | null;
}

export interface ClientEndpoint {
  /** Pid of the server's process for the session: the end of the socket that is known. */
  readonly serverPid: number;
  /** Null: Unix socket. */
  readonly address: string | null;
  readonly port: number | null;
}

export interface ClientProcess {
  readonly pid: number;
  readonly command: string;
  readonly container: string | null;
}
