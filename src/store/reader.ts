import type { SampleFilter, SampleReader, WaitTotals, Window } from '../core/reader.js';
import type { CounterSample, EventSample, InstanceTick, SessionSample } from '../core/samples.js';
import type { StatementText } from '../core/statement.js';
import { Duck } from './duck.js';
import type { Flat } from './flat.js';
import { type StoreInfo, storeInfo } from './info.js';
import { deadlockRecord, lockEdge, lockEpisode, lockSession } from './lock-rows.js';
import {
  filterSql,
  sessionSample,
  statementText,
  tickOf,
  tickTotals,
  usageSums,
  usageTotals,
} from './rows.js';
import { quote } from './sql-quote.js';
import { runReadOnly } from './user-sql.js';

export interface StoreReader extends SampleReader {
  /** Rows of one SELECT over the documented views. Rejects with STORE_SQL. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  info(): Promise<StoreInfo>;
}

/** Opens a data directory for reading, beside a collector or without one. */
export async function openStoreReader(options: { readonly directory: string }): Promise<StoreReader> {
  return new ParquetReader(await Duck.open(options.directory));
}

class ParquetReader implements StoreReader {
  #closed = false;

  constructor(private readonly duck: Duck) {}

  async instances(): Promise<readonly string[]> {
    const rows = await this.duck.rows<{ instance: string }>(
      (from) => `SELECT DISTINCT instance FROM ${from('instance_ticks')} ORDER BY 1`,
    );
    return rows.map(({ instance }) => instance);
  }

  async usage(instance: string, window: Window, filter: SampleFilter) {
    const rows = await this.duck.rows<Flat>(
      (from) => `SELECT kind, statement_id, "database", "user", backend_type, min(from_ms)::DOUBLE AS from_ms,
          max(to_ms)::DOUBLE AS to_ms, ${usageSums()}
        FROM ${from('statement_usage')}
        WHERE instance = ${quote(instance)} AND to_ms > ${whole(window.fromMs)} AND from_ms < ${whole(window.toMs)}
          ${filterSql(filter)}
        GROUP BY ALL`,
      window,
    );
    return rows.map((row) => usageTotals(instance, row, filter));
  }

  async counters(instance: string, window: Window, filter: SampleFilter) {
    const { database, user } = filter;
    const only = filterSql({
      ...(database === undefined ? {} : { database }),
      ...(user === undefined ? {} : { user }),
    });
    return this.duck.rows<Awaited<ReturnType<SampleReader['counters']>>[number]>(
      (
        from,
      ) => `SELECT statement_id AS "statementId", "database", "user", sum(calls)::DOUBLE AS calls, sum("rows")::DOUBLE AS "rows",
          sum(exec_ms) AS "execMs", sum(shared_hit_bytes)::DOUBLE AS "sharedHitBytes", sum(shared_read_bytes)::DOUBLE AS "sharedReadBytes",
          sum(temp_read_bytes)::DOUBLE AS "tempReadBytes", sum(temp_written_bytes)::DOUBLE AS "tempWrittenBytes",
          sum(wal_bytes)::DOUBLE AS "walBytes", sum(to_ms - from_ms)::DOUBLE AS "coveredMs"
        FROM ${from('statement_counters')}
        WHERE instance = ${quote(instance)} AND to_ms > ${whole(window.fromMs)} AND from_ms < ${whole(window.toMs)} AND top_level ${only}
        GROUP BY ALL`,
      window,
    );
  }

  async ticks(instance: string, window: Window) {
    const [row] = await this.duck.rows<Flat>(
      (
        from,
      ) => `SELECT count(*)::DOUBLE AS ticks, sum(missed_ticks)::DOUBLE AS missed, sum(elapsed_ms) AS elapsed, sum(cpu_ns)::DOUBLE AS cpu,
          sum(run_queue_ns)::DOUBLE AS queue, sum(monitor_cpu_ns)::DOUBLE AS own, sum(monitor_server_cpu_ns)::DOUBLE AS server,
          count(*) FILTER (state = 'blackout')::DOUBLE AS blackout,
          max(sessions_active + sessions_idle + sessions_idle_in_transaction)::DOUBLE AS peak, min(at_ms)::DOUBLE AS first, max(at_ms)::DOUBLE AS last
        FROM ${from('instance_ticks')} WHERE instance = ${quote(instance)} AND ${between(window)}`,
      window,
    );
    return tickTotals(row ?? {});
  }

  async sessions(instance: string, window: Window, filter: SampleFilter): Promise<readonly SessionSample[]> {
    const rows = await this.duck.rows<Flat>(
      (
        from,
      ) => `WITH s AS (SELECT * FROM ${from('session_samples')} WHERE instance = ${quote(instance)} AND ${between(window)}
          QUALIFY row_number() OVER (PARTITION BY session_id ORDER BY at_ms DESC) = 1),
        d AS (SELECT * FROM ${from('sessions')} WHERE instance = ${quote(instance)}
          QUALIFY row_number() OVER (PARTITION BY session_id ORDER BY at_ms DESC, client_pid NULLS LAST) = 1)
        SELECT s.*, d.* EXCLUDE (at_ms, instance, session_id) FROM s JOIN d USING (session_id) WHERE true ${filterSql(filter, 'd.')} ORDER BY session_id`,
      window,
    );
    return rows.map(sessionSample);
  }

  async latestTick(instance: string): Promise<InstanceTick | null> {
    const nowMs = Date.now();
    const [row] = await this.duck.rows<Flat>(
      (from) =>
        `SELECT * FROM ${from('instance_ticks')} WHERE instance = ${quote(instance)} ORDER BY at_ms DESC LIMIT 1`,
      { fromMs: nowMs - 24 * 3_600_000, toMs: nowMs },
    );
    return row === undefined ? null : tickOf(row);
  }

  async texts(statementIds: readonly string[]): Promise<ReadonlyMap<string, StatementText>> {
    if (statementIds.length === 0) return new Map();
    const ids = statementIds.map(quote).join(', ');
    const rows = await this.duck.rows<Flat>(
      (from) =>
        `SELECT DISTINCT ON (statement_id) * FROM ${from('statements')} WHERE statement_id IN (${ids})`,
    );
    return new Map(rows.map((row) => [String(row.statement_id), statementText(row)]));
  }

  async events(window: Window): Promise<readonly EventSample[]> {
    const rows = await this.duck.rows<Flat>(
      (from) => `SELECT * FROM ${from('events')} WHERE ${between(window)} ORDER BY at_ms`,
      window,
    );
    return rows.map(({ at_ms, instance, code, severity, message }) => ({
      atMs: Number(at_ms),
      instance: instance as string | null,
      code: String(code),
      severity: severity as EventSample['severity'],
      message: String(message),
    }));
  }

  async lockEdges(instance: string, window: Window) {
    const rows = await this.duck.rows<Flat>(
      (from) =>
        `SELECT * FROM ${from('lock_edges')} WHERE instance = ${quote(instance)} AND ${between(window)} ORDER BY at_ms`,
      window,
    );
    return rows.map(lockEdge);
  }

  async lockSessions(instance: string, window: Window) {
    const rows = await this.duck.rows<Flat>(
      (from) =>
        `SELECT * FROM ${from('lock_sessions')} WHERE instance = ${quote(instance)} AND ${between(window)} ORDER BY at_ms`,
      window,
    );
    return rows.map(lockSession);
  }

  async lockEpisodes(instance: string, window: Window) {
    const rows = await this.duck.rows<Flat>(
      (from) => `SELECT * FROM ${from('lock_episodes')} WHERE instance = ${quote(instance)}
          AND started_at_ms <= ${whole(window.toMs)} AND at_ms >= ${whole(window.fromMs)}
        QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY at_ms DESC) = 1
        ORDER BY started_at_ms`,
      window,
    );
    return rows.map(lockEpisode);
  }

  async deadlocks(instance: string, window: Window) {
    const rows = await this.duck.rows<Flat>(
      (from) => `SELECT * FROM ${from('deadlocks')} WHERE instance = ${quote(instance)} AND ${between(window)}
        QUALIFY row_number() OVER (PARTITION BY deadlock_id ORDER BY outcome_at_ms DESC NULLS LAST, at_ms DESC) = 1
        ORDER BY at_ms`,
      window,
    );
    return rows.map(deadlockRecord);
  }

  async instanceCounters(instance: string, window: Window, names: readonly string[]) {
    if (names.length === 0) return [];
    return this.duck.rows<CounterSample>(
      (
        from,
      ) => `SELECT at_ms::DOUBLE AS "atMs", instance, name, object, kind, value::DOUBLE AS value, elapsed_ms::DOUBLE AS "elapsedMs"
        FROM ${from('instance_counters')} WHERE instance = ${quote(instance)} AND ${between(window)}
          AND name IN (${names.map(quote).join(', ')}) ORDER BY at_ms`,
      window,
    );
  }

  async waits(instance: string, window: Window) {
    return this.duck.rows<WaitTotals>(
      (
        from,
      ) => `SELECT wait_class AS "waitClass", wait_event AS "waitEvent", count(*)::DOUBLE AS samples FROM ${from('session_samples')}
        WHERE instance = ${quote(instance)} AND ${between(window)} AND state = 'active' GROUP BY ALL ORDER BY 3 DESC`,
      window,
    );
  }

  sql(text: string) {
    return runReadOnly(this.duck.directory, text);
  }

  info(): Promise<StoreInfo> {
    return storeInfo(this.duck);
  }

  async close(): Promise<void> {
    if (!this.#closed) this.duck.close();
    this.#closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function between(window: Window): string {
  return `at_ms BETWEEN ${whole(window.fromMs)} AND ${whole(window.toMs)}`;
}

function whole(ms: number): string {
  return String(Math.round(ms));
}
