import { episodeItems, statementsOf } from '../analysis/locks/answer/episodes.js';
import { ESCALATION_COUNTERS } from '../analysis/locks/answer/escalation.js';
import { worstMoment } from '../analysis/locks/answer/moment.js';
import { lockAnswer, statementsIn } from '../analysis/locks/answer/report.js';
import { XMIN_COUNTERS } from '../analysis/locks/answer/xmin.js';
import { sessionItems } from '../analysis/sessions/items.js';
import { parseTime } from '../config/index.js';
import type { LockEpisodesReport, LocksReport } from '../core/lock-report.js';
import type { LockEpisodeOptions, LockOptions } from '../core/monitor-options.js';
import type { Window } from '../core/reader.js';
import { type AnswerContext, envelope, overheadOf, reportWindow, windowOf } from './answers.js';

/** What waited lately says what is asked for, even when only the present is shown. */
const AROUND_MS = 5 * 60_000;
/** Idle sessions are sampled every tenth second. */
const SESSIONS_MS = 12_000;

export async function answerLocks(context: AnswerContext, options: LockOptions): Promise<LocksReport> {
  const { reader, clock } = context;
  const { database } = options;
  const { window, atMs, overWindow } = lockWindow(context, options);
  const [edges, sessions, counters, waits, ticks] = await Promise.all([
    reader.lockEdges(database, window),
    reader.lockSessions(database, window),
    reader.instanceCounters(database, window, [...ESCALATION_COUNTERS, ...XMIN_COUNTERS]),
    reader.waits(database, window),
    reader.ticks(database, window),
  ]);
  const shownMs = atMs ?? worstMoment(edges) ?? window.toMs;
  const near: Window = { fromMs: shownMs - SESSIONS_MS, toMs: Math.min(shownMs + 1_000, clock.nowMs()) };
  const samples = await reader.sessions(database, near, {});
  const texts = await reader.texts([
    ...new Set([
      ...statementsIn({ edges, sessions }),
      ...samples.flatMap(({ statementId }) => statementId ?? []),
    ]),
  ]);
  const items = sessionItems(samples, texts, context.pooler, (endpoint) => context.host.findClient(endpoint));
  const latest = await reader.latestTick(database);
  const answer = lockAnswer(
    {
      edges,
      sessions,
      counters,
      waits,
      ticks,
      anonBytes: latest?.anonBytes ?? null,
      fromMs: window.fromMs,
      shownMs,
      overWindow,
    },
    {
      engine: context.engine,
      texts,
      sessions: new Map(items.map((item) => [item.sessionId, item])),
    },
  );
  const head = envelope(
    'dbvitals.locks/1',
    context,
    database,
    reportWindow(window, ticks),
    overheadOf(ticks),
  );
  const graph = options.includeWaitGraph === false ? { ...answer.graph, nodes: [], edges: [] } : answer.graph;
  return { ...head, ...answer, graph };
}

export async function answerLockEpisodes(
  context: AnswerContext,
  options: LockEpisodeOptions,
): Promise<LockEpisodesReport> {
  const { reader, clock } = context;
  const window = windowOf(clock, options.since ?? options.timeRange ?? '1h', options.until);
  const [episodes, ticks] = await Promise.all([
    reader.lockEpisodes(options.database, window),
    reader.ticks(options.database, window),
  ]);
  const texts = await reader.texts(statementsOf(episodes));
  return {
    ...envelope(
      'dbvitals.lock-episodes/1',
      context,
      options.database,
      reportWindow(window, ticks),
      overheadOf(ticks),
    ),
    items: episodeItems(episodes, texts),
  };
}

/** `at`: that moment. A range: its worst moment, ranked over all of it. Neither: now. */
function lockWindow({ clock }: AnswerContext, options: LockOptions) {
  const since = options.since ?? options.timeRange;
  if (options.at === undefined && since !== undefined)
    return { window: windowOf(clock, since, options.until), atMs: null, overWindow: true };
  const nowMs = clock.nowMs();
  const atMs = options.at === undefined ? nowMs : parseTime(options.at, nowMs);
  return { window: { fromMs: atMs - AROUND_MS, toMs: atMs }, atMs, overWindow: false };
}
