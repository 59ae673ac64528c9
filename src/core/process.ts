/**
 * What the operating system says about one process or thread, cumulative since it started.
 * Null: this kernel or these privileges do not show it.
 *
 * Sources: /proc/<pid>/schedstat (cpuNs, runQueueNs), /proc/<pid>/io (bytes and calls; same uid or root only),
 * /proc/<pid>/stat (times in ticks, faults, state, blkio delay), /proc/<pid>/statm (memory).
 */
export interface ProcessReading {
  readonly pid: number;
  /** Start time in clock ticks after boot (/proc/<pid>/stat field 22): tells a reused pid from its predecessor. */
  readonly startTicks: number;
  /** Time on a CPU. */
  readonly cpuNs: number;
  /** Time runnable but waiting for a CPU. */
  readonly runQueueNs: number | null;
  /** How often it was given a CPU (`pcount`): each wake-up, so each message of a client, is one. */
  readonly timeslices: number | null;
  /** Bytes that really went to and came from the block layer. */
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  /** Bytes through read and write calls, page cache included. */
  readonly readCharBytes: number | null;
  readonly writeCharBytes: number | null;
  readonly readCalls: number | null;
  readonly writeCalls: number | null;
  /** Gauges: resident memory, and the part of it that is not shared or file-backed (RssAnon). */
  readonly residentBytes: number | null;
  readonly anonBytes: number | null;
  readonly minorFaults: number | null;
  readonly majorFaults: number | null;
  /** Block-I/O delay (delayacct_blkio_ticks); null unless kernel.task_delayacct is on. */
  readonly blockIoDelayMs: number | null;
  /** Scheduler state letter: R running or runnable, S sleeping, D uninterruptible, … */
  readonly state: string | null;
}

/** What one process or thread used between two ticks. Gauges (memory, state) are the value at the later tick. */
export interface ProcessCost {
  readonly cpuNs: number;
  readonly runQueueNs: number | null;
  readonly timeslices: number | null;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly readCharBytes: number | null;
  readonly writeCharBytes: number | null;
  readonly readCalls: number | null;
  readonly writeCalls: number | null;
  readonly residentBytes: number | null;
  readonly anonBytes: number | null;
  readonly minorFaults: number | null;
  readonly majorFaults: number | null;
  readonly blockIoDelayMs: number | null;
  readonly state: string | null;
  /** Wall-clock length of the interval; idle sessions are read at a tenth of the rate, so it may span several ticks. */
  readonly elapsedMs: number;
}
