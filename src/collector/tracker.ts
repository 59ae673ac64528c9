import type { ProcessTitle } from '../core/engine.js';
import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';

export interface TrackedCosts {
  /** By pid in this host's namespace, or by thread id where sessions are threads. */
  readonly costs: ReadonlyMap<number, ProcessCost>;
  /** CPU of processes or threads that ended and is in nobody's figures. */
  readonly endedCpuNs: number;
  /** Names of threads that no session mentions, as the server gave them to the kernel. */
  readonly names: ReadonlyMap<number, string>;
  /** Threads that run statements of whichever session comes next (a thread pool). */
  readonly shared: ReadonlySet<number>;
}

/** Follows what runs for one server on this host. */
export interface Tracker {
  readonly alive: boolean;
  /** What the kernel calls the server's processes or threads. */
  titles(): readonly ProcessTitle[];
  /** Sessions with the process and thread ids of this host. */
  mapPids(sessions: readonly SessionRow[]): readonly SessionRow[];
  /** What every process or thread used since it was last read. */
  read(sessions: readonly SessionRow[], nowMs: number): TrackedCosts;
}
