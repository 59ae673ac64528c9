import type { ChildProcess } from 'node:child_process';
import type { HostReader } from '../../src/core/host.js';

/** Another monitor that watches the same server at the same time. */
export interface Peer {
  readonly name: string;
  /** Null where it is not installed. */
  start(): ChildProcess | null;
  /** How often it has looked at the sessions; where it can be told. */
  refreshes?(): Promise<number>;
  /** Ends what keeps it working, e.g. scrapes. */
  stop?(): void;
}

/** Servers under the load of a thousand sessions. */
export interface Subject {
  /** Connection strings of the collector, one for each server. */
  readonly urls: readonly string[];
  readonly peers: readonly Peer[];
  /** `burners`: sessions that burn CPU; the others sleep in the server for most of their time. */
  startLoad(burners: number): Promise<ChildProcess>;
  /** Cumulative CPU of the server's processes or threads for sessions of a monitor, by pid or tid, ns. */
  serverCpuNs(host: HostReader, monitor: 'dbvitals' | string): Promise<ReadonlyMap<number, number>>;
  /** A benchmark that runs for so long and reports its transactions of each second; null where its program is not installed. */
  startThroughput(seconds: number): ChildProcess | null;
  close(): Promise<void>;
}
