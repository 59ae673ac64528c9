import type { CounterReading, Probe, Unavailable } from '../../../core/probe.js';
import {
  flavourQuery,
  has,
  hasPerformanceSchema,
  isMariadb,
  NO_PERFORMANCE_SCHEMA,
  queryFor,
} from '../select.js';

/** Status variables that are values and not counts. */
const GAUGES =
  /^(Innodb_buffer_pool_pages_(data|dirty|free|total)|Innodb_row_lock_current_waits|Innodb_(history_list_length|checkpoint_age|redo_log_(logical|physical)_size)|Max_used_connections|Open_tables|Thread(s_(cached|connected|running)|pool_(idle_)?threads))$/;

/** SHOW GLOBAL STATUS by the server's own names: `status.Innodb_buffer_pool_reads`. FLUSH STATUS resets some of them. */
export const statusCounters: Probe = {
  name: 'counters-status',
  lane: 'counters',
  select: (facts) => queryFor('counters-status', facts),
  toRecords: (rows, { facts }) => ({
    counters: rows.flatMap(({ Variable_name, Value }): CounterReading[] => {
      const value = Number(Value);
      return Number.isFinite(value)
        ? [
            {
              name: `status.${Variable_name}`,
              object: '',
              kind: GAUGES.test(String(Variable_name)) ? 'gauge' : 'counter',
              value,
              epoch: String(facts.startedAtMs),
            },
          ]
        : [];
    }),
  }),
};

/** Errors that tell of a limit, which no status variable counts; MariaDB has no such table. */
export const errorCounters: Probe = {
  name: 'counters-errors',
  lane: 'counters',
  select(facts) {
    if (isMariadb(facts)) return { unavailable: 'MariaDB counts no errors by name', remedy: null };
    return hasPerformanceSchema(facts) ? queryFor('counters-errors-mysql', facts) : NO_PERFORMANCE_SCHEMA;
  },
  toRecords: (rows, { facts }) => ({
    counters: rows.map(({ name, value }) => ({
      name: `error.${name}`,
      object: '',
      kind: 'counter' as const,
      value: Number(value),
      epoch: String(facts.startedAtMs),
    })),
  }),
};

const NO_PROCESS: Unavailable = {
  unavailable: 'INNODB_METRICS may not be read',
  remedy: 'GRANT PROCESS ON *.* TO <this account>;',
};

/** INNODB_METRICS that are on; needs PROCESS. */
export const innodbCounters: Probe = {
  name: 'counters-innodb',
  lane: 'counters',
  select: (facts) => (has(facts, 'counters.innodb') ? flavourQuery('counters-innodb', facts) : NO_PROCESS),
  toRecords: (rows, { facts }) => ({
    counters: rows.map(({ name, value, type }) => ({
      name: `innodb.${name}`,
      object: '',
      kind: String(type) === 'value' ? ('gauge' as const) : ('counter' as const),
      value: Number(value),
      epoch: String(facts.startedAtMs),
    })),
  }),
};
