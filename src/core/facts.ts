import type { Capability } from './capability.js';
import type { EngineName } from './engine-name.js';

/** What is true of an instance for as long as one connection lasts. Read once at connect. */
export interface InstanceFacts {
  readonly engine: EngineName;
  /** `postgresql`, `aurora-postgresql`, `mysql`, `mariadb`, … */
  readonly flavour: string;
  /** As the server prints it, e.g. `17.10`. */
  readonly version: string;
  /** Comparable: PostgreSQL 170010, MySQL 90704. */
  readonly versionNumber: number;
  readonly role: 'primary' | 'replica';
  /** The server's own identity (PostgreSQL: system_identifier); null where the login may not read it. */
  readonly identity: string | null;
  readonly startedAtMs: number;
  readonly maxConnections: number;
  /** Slots that ordinary users cannot take. */
  readonly reservedConnections: number;
  /** By user, `*` for all others; absent: no limit, or the engine has none. */
  readonly userLimits?: Readonly<Record<string, UserLimits>>;
  readonly dataDirectory: string | null;
  /** Settings that change what figures mean (`track_io_timing`, `io_method`, …), as the server prints them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Extensions or consumers that probes depend on, name to version. */
  readonly extensions: Readonly<Record<string, string>>;
  readonly capabilities: readonly Capability[];
  readonly readOnly: ReadOnlyProof;
  /** Server clock minus ours, and half the round trip as its error. */
  readonly clockOffsetMs: number;
  readonly clockErrorMs: number;
}

/** What the server lets one user do; null: as much as it likes. */
export interface UserLimits {
  /** At a time. */
  readonly connections: number | null;
  readonly connectionsPerHour: number | null;
  readonly queriesPerHour: number | null;
  /** Statements that change something; they count as queries too. */
  readonly updatesPerHour: number | null;
}

/** The check that the login cannot write. `proven` false names what it could do. */
export interface ReadOnlyProof {
  readonly proven: boolean;
  /** The session itself is read-only by the server's setting. */
  readonly sessionReadOnly: boolean;
  readonly reason: string;
  readonly remedy: string | null;
}
