import type { CounterReading, Probe } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import { type QueryName, queryFor } from '../select.js';

/** Views of server-wide counters: every column but the object and the epoch is one counter, named by its column. */
const VIEWS: readonly {
  readonly query: QueryName;
  readonly prefix: string;
  readonly object: string;
  readonly gauges: readonly string[];
}[] = [
  { query: 'counters-database', prefix: 'database', object: 'database', gauges: ['numbackends'] },
  { query: 'counters-checkpoint', prefix: 'checkpoint', object: '', gauges: [] },
  { query: 'counters-wal', prefix: 'wal', object: '', gauges: [] },
  { query: 'counters-io', prefix: 'io', object: 'object', gauges: [] },
  {
    query: 'lock-use',
    prefix: 'locks',
    object: 'object',
    gauges: ['used', 'capacity', 'fast_path', 'slow_path', 'predicate'],
  },
  { query: 'horizon', prefix: 'horizon', object: 'object', gauges: ['age'] },
];

export const counters: readonly Probe[] = VIEWS.map(({ query, prefix, object, gauges }) => ({
  name: query,
  lane: 'counters' as const,
  select: (facts) => queryFor(query, facts),
  toRecords: (rows) => ({ counters: rows.flatMap((row) => readingsOf(row, prefix, object, gauges)) }),
}));

function readingsOf(row: Row, prefix: string, object: string, gauges: readonly string[]): CounterReading[] {
  const epoch = row.epoch === null || row.epoch === undefined ? null : String(row.epoch);
  return Object.entries(row)
    .filter(([column, value]) => column !== 'epoch' && column !== object && value !== null)
    .map(([column, value]) => ({
      name: `${prefix}.${camelCase(column)}`,
      object: object === '' ? '' : String(row[object]),
      kind: gauges.includes(column) ? ('gauge' as const) : ('counter' as const),
      value: Number(value),
      epoch,
    }));
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
