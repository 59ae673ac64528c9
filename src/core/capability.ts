/** A fact about what can be known of an instance. Asked once, shown with every result that it limits. */
export interface Capability {
  /** Dotted name, e.g. `sessions.text`, `os.io`, `statements.counters`. */
  readonly capability: string;
  readonly available: boolean;
  /** Why not, or what limits it; null when fully available. */
  readonly reason: string | null;
  /** The exact GRANT, setting or command that would change it. Printed, never executed. */
  readonly remedy: string | null;
}

/** How finely the operating system's figures can be given to sessions, and why not finer. */
export type AttributionLevel = 'per-session' | 'per-process' | 'none';

export interface Locality {
  readonly level: AttributionLevel;
  /** The server runs on this host, proven and not assumed from an equal address. */
  readonly proven: boolean;
  /** E.g. `system_identifier matches pg_control in /srv/pg and postmaster.pid start time matches /proc`. */
  readonly how: string;
  /** Pid of the postmaster (or the server process) in this host's namespace. */
  readonly serverPid: number | null;
}
