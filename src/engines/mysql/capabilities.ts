import type { Capability } from '../../core/capability.js';

export interface CapabilityInput {
  readonly mariadb: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly grants: readonly string[];
  /** setup_consumers by name; null where it may not be read. */
  readonly consumers: ReadonlyMap<string, boolean> | null;
  readonly ownThreadKnown: boolean;
}

/** What a DBA would run to turn a consumer on; never run by us. */
const CONSUMER_ON = {
  events_statements_current:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_statements_current';",
  events_waits_current:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_waits_current';",
  statements_digest:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'statements_digest';",
} as const;

/** What can be known of this server with this account, and what would change it. Pure. */
export function capabilitiesOf(input: CapabilityInput): Capability[] {
  return [...sessionCapabilities(input), ...serverCapabilities(input)];
}

function sessionCapabilities(input: CapabilityInput): Capability[] {
  const { mariadb, settings, consumers } = input;
  const schema = settings.performance_schema === 'ON';
  const process = hasProcess(input.grants);
  const pooled =
    settings.thread_handling === 'pool-of-threads' || settings.thread_handling === 'loaded-dynamically';
  const consumer = (name: string) => consumers?.get(name) === true;
  return [
    given(
      'sessions.details',
      process || (!mariadb && schema && consumers !== null),
      "other accounts' sessions are hidden",
      'GRANT PROCESS ON *.* TO <this account>;',
    ),
    given(
      'sessions.osThread',
      !pooled && input.ownThreadKnown,
      pooled
        ? `thread_handling is ${settings.thread_handling}: a session's thread changes from statement to statement, so CPU and I/O are known per process only`
        : 'the server does not tell the threads of its sessions',
      pooled ? 'thread_handling=one-thread-per-connection (takes effect at the next start)' : null,
    ),
    given(
      'sessions.digest',
      !mariadb && consumer('events_statements_current'),
      mariadb
        ? 'MariaDB shows no digest of running statements: their texts are normalised here'
        : 'the consumer events_statements_current is off',
      mariadb ? null : CONSUMER_ON.events_statements_current,
    ),
  ];
}

function serverCapabilities({ mariadb, settings, grants, consumers }: CapabilityInput): Capability[] {
  const schema = settings.performance_schema === 'ON';
  const consumer = (name: string) => consumers?.get(name) === true;
  return [
    given(
      'statements.counters',
      schema && consumer('statements_digest'),
      schema ? 'the consumer statements_digest is off or may not be read' : 'performance_schema is off',
      schema
        ? `GRANT SELECT ON performance_schema.* TO <this account>; ${CONSUMER_ON.statements_digest}`
        : 'performance_schema=ON in the server configuration (takes effect at its next start)',
    ),
    given(
      'waits.events',
      !mariadb && consumer('events_waits_current'),
      'the consumer events_waits_current is off: waits are told from the state of the session',
      mariadb ? null : CONSUMER_ON.events_waits_current,
    ),
    given(
      'locks.rows',
      hasProcess(grants) && (mariadb || schema),
      'row-lock waits may not be listed',
      'GRANT PROCESS ON *.* TO <this account>; GRANT SELECT ON performance_schema.* TO <this account>;',
    ),
    given(
      'locks.metadata',
      schema && !mariadb,
      mariadb
        ? 'pending metadata locks are shown by the state of the session, not by who holds them'
        : 'performance_schema is off',
      null,
    ),
    {
      capability: 'io.perSession',
      available: true,
      reason:
        "reads and writes of InnoDB's own threads (read-ahead, page cleaners, log) are background work, whoever caused them",
      remedy: null,
    },
  ];
}

function hasProcess(grants: readonly string[]): boolean {
  return grants.some((grant) => /\b(PROCESS|ALL PRIVILEGES|SUPER)\b.* ON \*\.\*/.test(grant));
}

function given(capability: string, available: boolean, reason: string, remedy: string | null): Capability {
  return { capability, available, reason: available ? null : reason, remedy: available ? null : remedy };
}
