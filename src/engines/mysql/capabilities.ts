import type { Capability } from '../../core/capability.js';
import { lockCapabilities } from './locks/capabilities.js';

export interface CapabilityInput {
  /** Ours, quoted as a GRANT takes it. */
  readonly account: string;
  readonly mariadb: boolean;
  readonly versionNumber: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly grants: readonly string[];
  /** setup_consumers by name; null where it may not be read. */
  readonly consumers: ReadonlyMap<string, boolean> | null;
  readonly ownThreadKnown: boolean;
  /** Whether the server follows another was told by its replica status. */
  readonly roleKnown: boolean;
  /** Limits of accounts could be read. */
  readonly userLimitsKnown: boolean;
  /** Statements that found no room in the digest table since the server started. */
  readonly digestsLost: number;
  /** Where locks can be read from, as locks/sources.ts found it. */
  readonly lockSources: Readonly<Record<string, string>>;
}

/** What a DBA would run to turn a consumer on; never run by us. */
const CONSUMER_ON = {
  events_statements_current:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_statements_current';",
  events_transactions_current:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_transactions_current'; UPDATE performance_schema.setup_instruments SET ENABLED = 'YES', TIMED = 'YES' WHERE NAME = 'transaction';",
  events_waits_current:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_waits_current';",
  statements_digest:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'statements_digest';",
} as const;
const SCHEMA_ON = 'performance_schema=ON in the server configuration (takes effect at its next start)';
const GRANT_SCHEMA = 'GRANT SELECT ON performance_schema.* TO <this account>;';
const GRANT_PROCESS = 'GRANT PROCESS ON *.* TO <this account>;';

/** What can be known of this server with this account, and what would change it. Pure. */
export function capabilitiesOf(input: CapabilityInput): Capability[] {
  return [
    ...sessionCapabilities(input),
    ...statementCapabilities(input),
    ...serverCapabilities(input),
    ...lockCapabilities(input),
  ].map((each) => ({
    ...each,
    remedy: each.remedy === null ? null : each.remedy.replaceAll('<this account>', input.account),
  }));
}

function sessionCapabilities(input: CapabilityInput): Capability[] {
  const { mariadb, settings, versionNumber } = input;
  const process = hasProcess(input.grants);
  const pooled =
    settings.thread_handling !== undefined && !/^(one-thread|no-threads)/.test(settings.thread_handling);
  const ports = versionNumber >= 80_022 || mariadb;
  return [
    mariadb
      ? given(
          'sessions.details',
          process,
          "other accounts' sessions and transactions are hidden",
          GRANT_PROCESS,
        )
      : given('sessions.details', schemaReadable(input), ...schemaRefusal(input)),
    given(
      'sessions.clientPorts',
      process && ports,
      ports
        ? 'ports of other accounts are hidden, so client processes are not found'
        : 'versions before 8.0.22 show no ports where it is cheap, so client processes are not found',
      ports ? GRANT_PROCESS : null,
    ),
    given(
      'sessions.osThread',
      !pooled && input.ownThreadKnown,
      pooled
        ? `thread_handling is ${settings.thread_handling}: a session's thread changes from statement to statement, so CPU and I/O are measured per process, and their shares are estimates`
        : 'the server does not tell the threads of its sessions',
      pooled ? 'thread_handling=one-thread-per-connection (takes effect at the next start)' : null,
    ),
    mariadb
      ? note('sessions.digest', 'statements are told apart by their texts, normalised here')
      : consumer(input, 'sessions.digest', 'events_statements_current', 'running statements are unknown'),
    mariadb
      ? given('sessions.transactions', process, 'INNODB_TRX may not be read', GRANT_PROCESS)
      : consumer(
          input,
          'sessions.transactions',
          'events_transactions_current',
          'idle transactions look idle',
        ),
    consumer(input, 'waits.events', 'events_waits_current', 'waits are told from the state of the session'),
  ];
}

function statementCapabilities(input: CapabilityInput): Capability[] {
  const { settings, digestsLost } = input;
  const counted = schemaReadable(input) && input.consumers?.get('statements_digest') === true;
  return [
    schemaReadable(input)
      ? given(
          'statements.counters',
          counted,
          'the consumer statements_digest is off: shares rest on samples',
          CONSUMER_ON.statements_digest,
        )
      : given('statements.counters', false, ...schemaRefusal(input)),
    given(
      'statements.all',
      digestsLost === 0,
      `the server had no room for ${digestsLost} executions: they stand in one row`,
      `performance_schema_digests_size above ${settings.performance_schema_digests_size ?? 'its present value'} (takes effect at the next start), or TRUNCATE performance_schema.events_statements_summary_by_digest;`,
    ),
  ];
}

function serverCapabilities(input: CapabilityInput): Capability[] {
  const { mariadb, roleKnown, userLimitsKnown, grants } = input;
  const monitor = mariadb ? 'SLAVE MONITOR' : 'REPLICATION CLIENT';
  return [
    given('counters.innodb', hasProcess(grants), 'INNODB_METRICS may not be read', GRANT_PROCESS),
    given('background.names', schemaReadable(input), ...schemaRefusal(input)),
    given(
      'replication.role',
      roleKnown,
      'whether the server is a replica is told by its read_only setting',
      `GRANT ${monitor} ON *.* TO <this account>;`,
    ),
    given(
      'connections.userLimits',
      userLimitsKnown,
      "limits of accounts may not be read; only the server's max_user_connections is known",
      'GRANT SELECT (User, max_user_connections, max_connections, max_questions, max_updates) ON mysql.user TO <this account>;',
    ),
    note(
      'io.perSession',
      "reads and writes of InnoDB's own threads (read-ahead, page cleaners, log) are background work, whoever caused them",
    ),
  ];
}

/** A consumer of performance_schema: off by default for some, and for most on MariaDB. */
function consumer(
  input: CapabilityInput,
  capability: string,
  name: keyof typeof CONSUMER_ON,
  effect: string,
): Capability {
  if (!schemaReadable(input)) {
    const [reason, remedy] = schemaRefusal(input);
    return given(capability, false, `${reason}: ${effect}`, remedy);
  }
  // Its view is not read on MariaDB: PROCESSLIST has the text, and the state tells the wait.
  if (input.mariadb) return given(capability, false, `${name} is not read on MariaDB: ${effect}`, null);
  return given(
    capability,
    input.consumers?.get(name) === true,
    `the consumer ${name} is off: ${effect}`,
    CONSUMER_ON[name],
  );
}

function schemaReadable({ settings, consumers }: CapabilityInput): boolean {
  return settings.performance_schema === 'ON' && consumers !== null;
}

function schemaRefusal({ settings }: CapabilityInput): [string, string] {
  return settings.performance_schema === 'ON'
    ? ['performance_schema may not be read', GRANT_SCHEMA]
    : ['performance_schema is off', SCHEMA_ON];
}

function hasProcess(grants: readonly string[]): boolean {
  return grants.some((grant) => /\b(PROCESS|ALL PRIVILEGES|SUPER)\b.* ON \*\.\*/.test(grant));
}

/** Available, with something to know about it. */
function note(capability: string, reason: string): Capability {
  return { capability, available: true, reason, remedy: null };
}

function given(capability: string, available: boolean, reason: string, remedy: string | null): Capability {
  return { capability, available, reason: available ? null : reason, remedy: available ? null : remedy };
}
