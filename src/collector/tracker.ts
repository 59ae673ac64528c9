import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';

export interface TrackedCosts {
  /** By pid in this host's namespace, or by thread id where sessions are threads. */
  readonly costs: ReadonlyMap<number, ProcessCost>;
  /** CPU of processes or threads that ended and is in nobody's figures. */
  readonly endedCpuNs: number;
}

/** Follows what runs for one server on this host. */
export interface Tracker {
  readonly alive: boolean;
  /** Pids of the server's child processes. */
  children(): readonly number[];
  /** Sessions with the process and thread ids of this host. */
  mapPids(sessions: readonly SessionRow[]): readonly SessionRow[];
  /** What every process or thread used since it was last read. */
  read(sessions: readonly SessionRow[], nowMs: number): TrackedCosts;
}
