import type { CounterSample } from '../../core/samples.js';
import type { ConnectionFailures } from '../../core/session-report.js';

/** MySQL's and MariaDB's status variables. */
const COUNTERS = {
  abortedConnects: 'status.Aborted_connects',
  abortedClients: 'status.Aborted_clients',
  refusedByLimit: 'status.Connection_errors_max_connections',
} as const;

/** MySQL 8 counts errors by their names: one is of a user's limit, the other of the limit for all users. */
const USER_LIMIT_ERRORS: readonly string[] = [
  'error.ER_USER_LIMIT_REACHED',
  'error.ER_TOO_MANY_USER_CONNECTIONS',
];

export const CONNECTION_COUNTERS: readonly string[] = [...Object.values(COUNTERS), ...USER_LIMIT_ERRORS];

/** Increases over the window; null where the server counts none of them. */
export function connectionFailures(samples: readonly CounterSample[]): ConnectionFailures | null {
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const sum = (name: string) => of(name).reduce((all, { value }) => all + value, 0);
  const watched = of(COUNTERS.abortedConnects).reduce((all, { elapsedMs }) => all + elapsedMs, 0);
  if (samples.length === 0) return null;
  const errors = samples.filter(({ name }) => USER_LIMIT_ERRORS.includes(name));
  return {
    seconds: Math.round(watched / 1000),
    abortedConnects: sum(COUNTERS.abortedConnects),
    abortedClients: sum(COUNTERS.abortedClients),
    refusedByLimit: sum(COUNTERS.refusedByLimit),
    refusedByUserLimit: errors.length === 0 ? null : errors.reduce((all, { value }) => all + value, 0),
  };
}
