import { LIMIT_COUNTERS, limitFindings } from '../analysis/findings/limits.js';
import { queryFindings } from '../analysis/findings/queries.js';
import { sessionFindings } from '../analysis/findings/sessions.js';
import { queryItems } from '../analysis/queries/items.js';
import { coverageOf, selectItems } from '../analysis/queries/report.js';
import { sessionItems } from '../analysis/sessions/items.js';
import { parseTime } from '../config/index.js';
import type { Clock } from '../core/clock.js';
import type { EngineName } from '../core/engine-name.js';
import type { UserLimits } from '../core/facts.js';
import type { HostReader } from '../core/host.js';
import type { QueryUsageOptions, SessionOptions } from '../core/monitor-options.js';
import type { PoolerSnapshot } from '../core/pooler.js';
import type { QueriesReport } from '../core/query-report.js';
import type { SampleFilter, SampleReader, TickTotals, Window } from '../core/reader.js';
import type { Limit, Overhead, ReportWindow } from '../core/report.js';
import type { SessionSample } from '../core/samples.js';
import type { SessionsReport } from '../core/session-report.js';

/** What an answer needs to know of the instance beside the records. */
export interface AnswerContext {
  readonly reader: SampleReader;
  readonly clock: Clock;
  readonly engine: EngineName | null;
  readonly limits: readonly Limit[];
  readonly maxConnections: number | null;
  readonly reservedConnections: number | null;
  readonly userLimits: Readonly<Record<string, UserLimits>> | null;
  readonly host: Pick<HostReader, 'cpuCount' | 'findClient'>;
  /** The pooler in front, when one is configured and answers. */
  readonly pooler: PoolerSnapshot | null;
}

export const DEFAULT_RANGE = '1h';
/** Sessions are those of the last ticks: idle ones are stored every tenth, and all of them seconds after they were seen. */
const PRESENT = '20s';
const IDLE_PRESENT_MS = 11_500;

export async function answerQueries(
  context: AnswerContext,
  options: QueryUsageOptions,
): Promise<QueriesReport> {
  const { reader } = context;
  const window = windowOf(context.clock, options.since ?? options.timeRange ?? DEFAULT_RANGE, options.until);
  const before: Window = { fromMs: window.fromMs - (window.toMs - window.fromMs), toMs: window.fromMs };
  const filter = filterOf(options);
  const name = options.database;
  const [usage, counters, ticks, previousTicks, limits] = await Promise.all([
    reader.usage(name, window, filter),
    reader.counters(name, window, filter),
    reader.ticks(name, window),
    reader.ticks(name, before),
    reader.instanceCounters(name, window, LIMIT_COUNTERS),
  ]);
  const previous = previousTicks.ticks === 0 ? null : await reader.usage(name, before, filter);
  // Shares and coverage are of the instance, whatever is filtered out of the rows.
  const whole = Object.keys(filter).length === 0 ? usage : await reader.usage(name, window, {});
  const ids = [
    ...usage.flatMap(({ statementId }) => statementId ?? []),
    ...counters.map(({ statementId }) => statementId),
  ];
  const measured = ticks.cpuNs !== null;
  const coverage = coverageOf(whole, measured);
  const items = queryItems({
    usage,
    cpuTotalNs: whole.reduce((sum, { cpuNs }) => sum + cpuNs, 0),
    counters,
    previous,
    texts: await reader.texts([...new Set(ids)]),
    measured,
  });
  const at = new Date(ticks.lastMs ?? window.toMs).toISOString();
  return {
    ...envelope('dbvitals.queries/1', context, name, reportWindow(window, ticks), overheadOf(ticks)),
    limits: [...limitsBut('connections.', context.limits), ...filterLimits(filter)],
    coverage,
    findings: [
      ...limitFindings(limits, at),
      ...queryFindings(items, {
        engine: context.engine,
        seconds: Math.max(1, ticks.elapsedMs / 1000),
        cpuCount: context.host.cpuCount,
        at,
      }),
    ],
    items: selectItems(items, {
      sortBy: options.sortBy ?? 'cpu',
      minDurationMs: options.minDurationMs ?? 0,
      limit: options.limit ?? 20,
    }),
  };
}

export async function answerSessions(
  context: AnswerContext,
  options: SessionOptions,
): Promise<SessionsReport> {
  const { items, ticks, window } = await sessionsSeen(context, options);
  return {
    ...envelope('dbvitals.sessions/1', context, options.database, window, overheadOf(ticks)),
    cpuPercent: ticks.cpuNs === null || ticks.elapsedMs <= 0 ? null : ticks.cpuNs / ticks.elapsedMs / 1e4,
    items,
  };
}

/** Those that are there now, or were in a window. */
export async function sessionsSeen(context: AnswerContext, options: SessionOptions) {
  const { reader } = context;
  const window = windowOf(context.clock, options.since ?? PRESENT, options.until);
  const [samples, ticks] = await Promise.all([
    reader.sessions(options.database, window, filterOf(options)),
    reader.ticks(options.database, window),
  ]);
  const present = options.since === undefined ? presentOf(samples) : samples;
  const texts = await reader.texts([...new Set(present.flatMap(({ statementId }) => statementId ?? []))]);
  // Whom a server connection serves changes with each transaction: today's clients say nothing of a past window.
  const pooler = options.since === undefined && options.until === undefined ? context.pooler : null;
  const findClient: HostReader['findClient'] = (endpoint) => context.host.findClient(endpoint);
  const items = sessionItems(present, texts, pooler, findClient).filter(
    ({ kind }) => options.includeBackground === true || kind === 'client' || kind === 'parallelWorker',
  );
  return { items, ticks, window: reportWindow(window, ticks) };
}

/**
 * "Now" is what the last snapshot had; a session not in it has ended, idle ones excepted, whose samples are seconds old.
 * The server gives an id to one session at a time: an older one under the same id has ended too.
 */
function presentOf(samples: readonly SessionSample[]): SessionSample[] {
  const newest = Math.max(0, ...samples.map(({ atMs }) => atMs));
  const lastOf = new Map<string, number>();
  for (const { atMs, row } of samples) lastOf.set(row.id, Math.max(atMs, lastOf.get(row.id) ?? 0));
  return samples.filter(
    ({ atMs, row }) =>
      atMs === lastOf.get(row.id) && newest - atMs < (row.state === 'idle' ? IDLE_PRESENT_MS : 1500),
  );
}

export { sessionFindings };

export function windowOf(clock: Clock, since: string, until?: string): Window {
  const nowMs = clock.nowMs();
  return { fromMs: parseTime(since, nowMs), toMs: until === undefined ? nowMs : parseTime(until, nowMs) };
}

export function envelope(
  schema: string,
  context: AnswerContext,
  instance: string,
  window: ReportWindow,
  overhead: Overhead,
) {
  const generatedAt = new Date(context.clock.nowMs()).toISOString();
  const limits = limitsBut('connections.', context.limits);
  return { schema, generatedAt, instance, engine: context.engine, window, limits, overhead };
}

/** A limit stands with the answers that it limits. */
function limitsBut(prefix: string, limits: readonly Limit[]): Limit[] {
  return limits.filter(({ capability }) => !capability.startsWith(prefix));
}

export function reportWindow(window: Window, ticks: TickTotals): ReportWindow {
  return {
    from: new Date(window.fromMs).toISOString(),
    to: new Date(window.toMs).toISOString(),
    seconds: Math.round((window.toMs - window.fromMs) / 1000),
    samples: ticks.ticks,
    missedTicks: ticks.missedTicks,
  };
}

export function overheadOf(ticks: TickTotals): Overhead {
  return {
    cpuMs: ticks.monitorCpuNs / 1e6,
    serverCpuMs: ticks.monitorServerCpuNs === null ? null : ticks.monitorServerCpuNs / 1e6,
  };
}

export function filterOf(options: {
  inDatabase?: string;
  user?: string;
  application?: string;
  client?: string;
}): SampleFilter {
  return {
    ...(options.inDatabase === undefined ? {} : { database: options.inDatabase }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.application === undefined ? {} : { application: options.application }),
    ...(options.client === undefined ? {} : { clientAddress: options.client }),
  };
}

function filterLimits(filter: SampleFilter): Limit[] {
  if (filter.application === undefined && filter.clientAddress === undefined) return [];
  return [
    {
      capability: 'statements.counters',
      reason:
        'the server counts calls, rows, temp and WAL per database and user, not per application or client',
      remedy: null,
    },
  ];
}
