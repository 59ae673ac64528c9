/** The whole host at one moment. Counters are cumulative; null means this kernel does not show it. */
export interface HostReading {
  readonly atMs: number;
  readonly cpuCount: number;
  /** /proc/stat (elsewhere os.cpus()), all CPUs together, ns in steps of one clock tick. */
  readonly cpu: {
    readonly userNs: number;
    readonly systemNs: number;
    readonly idleNs: number;
    readonly ioWaitNs: number | null;
    readonly stealNs: number | null;
  };
  readonly contextSwitches: number | null;
  readonly load1: number | null;
  readonly load5: number | null;
  readonly load15: number | null;
  readonly memory: {
    readonly totalBytes: number | null;
    readonly availableBytes: number | null;
    readonly cachedBytes: number | null;
    readonly dirtyBytes: number | null;
    readonly swapTotalBytes: number | null;
    readonly swapFreeBytes: number | null;
    readonly swapInPages: number | null;
    readonly swapOutPages: number | null;
    readonly majorFaults: number | null;
    readonly refaultFilePages: number | null;
  };
  /** /proc/pressure: microseconds stalled since boot. */
  readonly pressure: {
    readonly cpuSomeUs: number | null;
    readonly memorySomeUs: number | null;
    readonly memoryFullUs: number | null;
    readonly ioSomeUs: number | null;
    readonly ioFullUs: number | null;
  };
  readonly disks: readonly DiskReading[];
  readonly interfaces: readonly InterfaceReading[];
}

/** One whole block device of /proc/diskstats; elsewhere than on Linux all of them together, as `all`. */
export interface DiskReading {
  readonly device: string;
  readonly reads: number | null;
  readonly readBytes: number | null;
  readonly readMs: number | null;
  readonly writes: number | null;
  readonly writeBytes: number | null;
  readonly writeMs: number | null;
  readonly inFlight: number | null;
  readonly busyMs: number | null;
}

export interface InterfaceReading {
  readonly name: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receiveDrops: number;
  readonly sendDrops: number;
}

/** Limits and throttling of the control group of a process, of v1 or v2. Null: not limited, or not shown. */
export interface CgroupReading {
  readonly path: string;
  readonly cpuLimitCores: number | null;
  readonly cpuUsedNs: number | null;
  readonly throttledNs: number | null;
  readonly throttledPeriods: number | null;
  readonly memoryLimitBytes: number | null;
  readonly memoryUsedBytes: number | null;
  /** Page cache that has not been used lately, part of memoryUsedBytes: the kernel takes it back first. */
  readonly memoryInactiveFileBytes: number | null;
}
