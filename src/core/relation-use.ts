import type { Finding, Report } from './report.js';

/** Who holds or wants a lock on one table, at one moment. */
export interface RelationUse {
  /** `schema.table`. */
  readonly relation: string;
  /** Our clock. */
  readonly atMs: number;
  /** How often the table was asked for since the server counts (scans and inserted rows); null where it does not count. */
  readonly requests: number | null;
  /** Client sessions connected to its database. */
  readonly clients: number;
  readonly locks: readonly RelationLock[];
}

export interface RelationLock {
  readonly sessionId: string;
  readonly mode: string;
  readonly granted: boolean;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string;
  readonly transactionAgeMs: number | null;
  readonly stateAgeMs: number | null;
  /** 1: the server lists the lock. Less: told by the session's statement, or by an open transaction whose past nobody knows. */
  readonly confidence: number;
}

/** `dbvitals.ddl-guard/1`: what an ALTER of a table would stand behind, and whom it would stop. */
export interface DdlGuardReport extends Report<DdlHolder> {
  readonly table: string;
  /** Age of the oldest transaction that holds a lock on the table: it would be waited for, for nobody knows how long. 0: none. */
  readonly standsBehindSeconds: number;
  /** Of the observation: how often per second the table was asked for; null where the server does not count. */
  readonly requestsPerSecond: number | null;
  /** Different sessions seen with a lock on it during the observation. */
  readonly sessionsSeen: number;
  /** Client sessions connected to its database: no more than these can be stopped. */
  readonly clients: number;
  /** Sessions that would stand behind the ALTER by the time the oldest transaction is twice as old; null where the rate is unknown. */
  readonly wouldStop: number | null;
  readonly observedSeconds: number;
  readonly findings: readonly Finding[];
}

/** A transaction that an ALTER would have to wait for, the oldest first. */
export interface DdlHolder {
  readonly sessionId: string;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string;
  readonly stateSeconds: number | null;
  readonly mode: string;
  /** False: it waits for it, before an ALTER of now. */
  readonly granted: boolean;
  readonly transactionAgeSeconds: number | null;
  /** That it has to do with this table at all; 1 where the server lists its locks. */
  readonly confidence: number;
}
