import type {
  DeadlockRecord,
  LockEdgeSample,
  LockEpisode,
  LockSessionSample,
} from '../../core/lock-samples.js';
import type { SampleFilter, SampleReader, WaitTotals, Window } from '../../core/reader.js';
import type {
  CounterSample,
  EventSample,
  InstanceTick,
  SampleSink,
  SessionSample,
  TableName,
  TableRows,
} from '../../core/samples.js';
import type { StatementText } from '../../core/statement.js';
import { sumCounters, sumTicks, sumUsage, sumWaits } from './totals.js';

export interface MemoryStoreOptions {
  /** Rows older than this are dropped. */
  readonly keepMs: number;
  /** At most this many rows per table; the oldest go first. */
  readonly maxRows: number;
}

type Kept = { [T in TableName]: TableRows[T][] };

/** A bounded store in memory: the last minutes, for a monitor that lives without a data directory. */
export class MemoryStore implements SampleSink, SampleReader {
  readonly #tables: Kept = {
    session_samples: [],
    statement_usage: [],
    statement_counters: [],
    statements: [],
    instance_ticks: [],
    instance_counters: [],
    host_samples: [],
    events: [],
    lock_edges: [],
    lock_sessions: [],
    lock_episodes: [],
    deadlocks: [],
  };
  readonly #texts = new Map<string, StatementText>();

  constructor(private readonly options: MemoryStoreOptions) {}

  append<T extends TableName>(table: T, rows: readonly TableRows[T][]): void {
    if (table === 'statements') {
      for (const text of rows as readonly StatementText[]) this.#texts.set(text.statementId, text);
      return;
    }
    const kept = this.#tables[table] as TableRows[T][];
    for (const row of rows) kept.push(row);
    this.#prune(kept as readonly object[] as TableRows[TableName][]);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    for (const rows of Object.values(this.#tables)) rows.length = 0;
    this.#texts.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async instances(): Promise<readonly string[]> {
    return [...new Set(this.#tables.instance_ticks.map(({ instance }) => instance))];
  }

  async usage(instance: string, window: Window, filter: SampleFilter) {
    const rows = this.#tables.statement_usage.filter(
      (row) =>
        row.instance === instance &&
        row.toMs > window.fromMs &&
        row.fromMs < window.toMs &&
        matches(row, filter),
    );
    return sumUsage(rows, filter);
  }

  async counters(instance: string, window: Window, filter: SampleFilter) {
    const rows = this.#tables.statement_counters.filter(
      (row) =>
        row.instance === instance &&
        row.toMs > window.fromMs &&
        row.fromMs < window.toMs &&
        (filter.database === undefined || row.database === filter.database) &&
        (filter.user === undefined || row.user === filter.user),
    );
    return sumCounters(rows);
  }

  async ticks(instance: string, window: Window) {
    return sumTicks(
      this.#tables.instance_ticks.filter((row) => row.instance === instance && inside(row.atMs, window)),
    );
  }

  async sessions(instance: string, window: Window, filter: SampleFilter): Promise<readonly SessionSample[]> {
    const last = new Map<string, SessionSample>();
    for (const sample of this.#tables.session_samples) {
      if (sample.instance !== instance || !inside(sample.atMs, window) || !matches(sample.row, filter))
        continue;
      last.set(sample.sessionId, sample);
    }
    return [...last.values()];
  }

  async latestTick(instance: string): Promise<InstanceTick | null> {
    return this.#tables.instance_ticks.findLast((tick) => tick.instance === instance) ?? null;
  }

  async texts(statementIds: readonly string[]): Promise<ReadonlyMap<string, StatementText>> {
    return new Map(
      statementIds.flatMap((id) => (this.#texts.has(id) ? [[id, this.#texts.get(id) as StatementText]] : [])),
    );
  }

  async events(window: Window): Promise<readonly EventSample[]> {
    return this.#tables.events.filter(({ atMs }) => inside(atMs, window));
  }

  async lockEdges(instance: string, window: Window): Promise<readonly LockEdgeSample[]> {
    return this.#tables.lock_edges.filter((row) => row.instance === instance && inside(row.atMs, window));
  }

  async lockSessions(instance: string, window: Window): Promise<readonly LockSessionSample[]> {
    return this.#tables.lock_sessions.filter((row) => row.instance === instance && inside(row.atMs, window));
  }

  async lockEpisodes(instance: string, window: Window): Promise<readonly LockEpisode[]> {
    const rows = this.#tables.lock_episodes.filter(
      (row) => row.instance === instance && row.startedAtMs <= window.toMs && row.atMs >= window.fromMs,
    );
    return lastOf(rows, ({ episodeId }) => episodeId);
  }

  async deadlocks(instance: string, window: Window): Promise<readonly DeadlockRecord[]> {
    const rows = this.#tables.deadlocks.filter(
      (row) => row.instance === instance && inside(row.atMs, window),
    );
    return lastOf(rows, ({ deadlockId }) => deadlockId);
  }

  async instanceCounters(
    instance: string,
    window: Window,
    names: readonly string[],
  ): Promise<readonly CounterSample[]> {
    const wanted = new Set(names);
    return this.#tables.instance_counters.filter(
      (row) => row.instance === instance && wanted.has(row.name) && inside(row.atMs, window),
    );
  }

  async waits(instance: string, window: Window): Promise<readonly WaitTotals[]> {
    return sumWaits(
      this.#tables.session_samples.filter((row) => row.instance === instance && inside(row.atMs, window)),
    );
  }

  /** Rows come in order of time: the old ones are at the front, and are cut off a tenth at a time. */
  #prune(rows: TableRows[TableName][]): void {
    const newest = timeOf(rows.at(-1));
    const excess = rows.length - this.options.maxRows;
    if (excess > this.options.maxRows / 10) rows.splice(0, excess);
    if (newest - timeOf(rows[0]) > this.options.keepMs * 1.1) {
      const first = rows.findIndex((row) => timeOf(row) >= newest - this.options.keepMs);
      rows.splice(0, first);
    }
  }
}

function lastOf<Row>(rows: readonly Row[], key: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

function timeOf(row: TableRows[TableName] | undefined): number {
  if (row === undefined) return 0;
  return 'atMs' in row ? row.atMs : 'toMs' in row ? row.toMs : 0;
}

function inside(atMs: number, window: Window): boolean {
  return atMs >= window.fromMs && atMs <= window.toMs;
}

function matches(
  row: {
    database: string | null;
    user: string | null;
    application: string | null;
    clientAddress: string | null;
  },
  filter: SampleFilter,
): boolean {
  return (Object.keys(filter) as (keyof SampleFilter)[]).every(
    (key) => filter[key] === undefined || row[key] === filter[key],
  );
}
