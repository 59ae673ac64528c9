import type { Capability } from '../../../core/capability.js';
import { metadataSource } from './sources.js';

const INSTRUMENT_ON =
  "UPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = 'wait/lock/metadata/sql/mdl';";
const HISTORY_ON = {
  events_statements_history:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_statements_history';",
  events_transactions_current:
    "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_transactions_current'; UPDATE performance_schema.setup_instruments SET ENABLED = 'YES', TIMED = 'YES' WHERE NAME = 'transaction';",
} as const;

export interface LockCapabilityInput {
  readonly mariadb: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly grants: readonly string[];
  /** setup_consumers by name; null where it may not be read. */
  readonly consumers: ReadonlyMap<string, boolean> | null;
  /** As locks/sources.ts found it. */
  readonly lockSources: Readonly<Record<string, string>>;
}

/** What can be known of locks. Nothing here is ever switched on by us. Pure. */
export function lockCapabilities(input: LockCapabilityInput): Capability[] {
  const { mariadb, settings, grants, consumers } = input;
  const schema = settings.performance_schema === 'ON';
  const process = grants.some((grant) => /\b(PROCESS|ALL PRIVILEGES|SUPER)\b.* ON \*\.\*/.test(grant));
  const off = Object.entries(HISTORY_ON).filter(([name]) => consumers?.get(name) !== true);
  return [
    of(
      'locks.rows',
      process && (mariadb || schema),
      'row-lock waits may not be listed',
      'GRANT PROCESS ON *.* TO <this account>; GRANT SELECT ON performance_schema.* TO <this account>;',
    ),
    metadata(input),
    of(
      'locks.history',
      schema && off.length === 0,
      schema
        ? `${off.map(([name]) => name).join(' and ')} off: in which order transactions take their locks is learnt from samples`
        : 'performance_schema is off: in which order transactions take their locks is learnt from samples',
      schema
        ? off.map(([, on]) => on).join(' ')
        : 'performance_schema=ON in the server configuration (takes effect at its next start)',
    ),
    of(
      'deadlocks.details',
      process,
      'SHOW ENGINE INNODB STATUS may not be read',
      'GRANT PROCESS ON *.* TO <this account>;',
    ),
  ];
}

function metadata({ mariadb, settings, lockSources }: LockCapabilityInput): Capability {
  const source = metadataSource({ extensions: lockSources, flavour: mariadb ? 'mariadb' : 'mysql' });
  const schema = settings.performance_schema === 'ON';
  if (source === 'plugin')
    return {
      capability: 'locks.metadata',
      available: true,
      reason: `METADATA_LOCK_INFO lists granted locks only: what is asked for is told by the waiting statement; exact with ${INSTRUMENT_ON}`,
      remedy: null,
    };
  return of(
    'locks.metadata',
    source === 'schema',
    schema
      ? 'the instrument of metadata locks is off: who waits for one is shown, and not who holds it'
      : 'performance_schema is off: who waits for a metadata lock is shown, and not who holds it',
    schema
      ? INSTRUMENT_ON
      : mariadb
        ? "INSTALL SONAME 'metadata_lock_info';"
        : 'performance_schema=ON in the server configuration (takes effect at its next start)',
  );
}

function of(capability: string, available: boolean, reason: string, remedy: string): Capability {
  return { capability, available, reason: available ? null : reason, remedy: available ? null : remedy };
}
