import type { CounterSample } from '../../core/samples.js';
import type { ConnectionFailures } from '../../core/session-report.js';

/** MySQL's and MariaDB's status variables. */
const COUNTERS = {
  abortedConnects: 'status.Aborted_connects',
  abortedClients: 'status.Aborted_clients',
  refusedByLimit: 'status.Connection_errors_max_connections',
} as const;

export const CONNECTION_COUNTERS: readonly string[] = Object.values(COUNTERS);

/** Increases over the window; null where the server counts none of them. */
export function connectionFailures(samples: readonly CounterSample[]): ConnectionFailures | null {
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const sum = (name: string) => of(name).reduce((all, { value }) => all + value, 0);
  const watched = of(COUNTERS.abortedConnects).reduce((all, { elapsedMs }) => all + elapsedMs, 0);
  if (samples.length === 0) return null;
  return {
    seconds: Math.round(watched / 1000),
    abortedConnects: sum(COUNTERS.abortedConnects),
    abortedClients: sum(COUNTERS.abortedClients),
    refusedByLimit: sum(COUNTERS.refusedByLimit),
  };
}
