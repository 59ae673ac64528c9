import type { AttributionLevel, Capability } from './capability.js';
import type { EngineName } from './engine-name.js';
import type { ReadOnlyProof } from './facts.js';
import type { Report } from './report.js';

/** `dbvitals.discover/1` */
export type DiscoverReport = Report<DiscoveredInstance>;

/** One server process group found on this host, without any login. */
export interface DiscoveredInstance {
  readonly engine: EngineName;
  readonly flavour: string;
  /** Null where it cannot be told without a login. */
  readonly version: string | null;
  /** What the instance is called where its process says so (Oracle: the SID). */
  readonly name: string | null;
  readonly pid: number;
  readonly port: number | null;
  readonly socket: string | null;
  readonly dataDirectory: string | null;
  readonly startedAt: string;
  readonly processes: number;
  readonly residentBytes: number | null;
  readonly cpuPercent: number | null;
  readonly container: string | null;
}

/** `dbvitals.doctor/1` */
export interface DoctorReport extends Report<Capability> {
  readonly version: string;
  readonly identity: string | null;
  readonly local: { readonly proven: boolean; readonly how: string; readonly level: AttributionLevel };
  readonly readOnly: ReadOnlyProof;
  readonly clockOffsetMs: number;
}

/**
 * `dbvitals.overhead/1`: one row per instance and probe, and this process itself as `process`. Read from a store beside a
 * collector: one row per instance, `tick`, with what the collector used for it in the last hour.
 */
export type OverheadReport = Report<OverheadItem>;

export interface OverheadItem {
  /** Null for the process, which serves all instances. */
  readonly instance: string | null;
  readonly probe: string;
  readonly runs: number;
  readonly failures: number;
  readonly skipped: number;
  readonly meanMs: number | null;
  readonly rows: number;
  readonly cpuMs: number | null;
  readonly serverCpuMs: number | null;
}
