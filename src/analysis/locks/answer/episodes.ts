import type { LockEpisodeItem } from '../../../core/lock-report.js';
import type { LockEpisode } from '../../../core/lock-samples.js';
import { resourceText } from '../../../core/lock-words.js';
import type { StatementText } from '../../../core/statement.js';

/** Episodes as records to read, the costliest first. */
export function episodeItems(
  episodes: readonly LockEpisode[],
  texts: ReadonlyMap<string, StatementText>,
): LockEpisodeItem[] {
  const text = (id: string | null) => (id === null ? null : (texts.get(id)?.text ?? null));
  return [...episodes]
    .sort((a, b) => b.sessionSeconds - a.sessionSeconds)
    .map((episode) => ({
      episodeId: episode.episodeId,
      startedAt: new Date(episode.startedAtMs).toISOString(),
      endedAt: episode.endedAtMs === null ? null : new Date(episode.endedAtMs).toISOString(),
      lastSeenAt: new Date(episode.endedAtMs ?? episode.atMs).toISOString(),
      seconds: ((episode.endedAtMs ?? episode.atMs) - episode.startedAtMs) / 1000,
      peakWaiters: episode.peakWaiters,
      peakAt: new Date(episode.peakAtMs).toISOString(),
      victims: episode.victims,
      sessionSeconds: episode.sessionSeconds,
      roots: episode.roots,
      root: {
        sessionId: episode.rootId,
        user: episode.rootUser,
        application: episode.rootApplication,
        state: episode.rootState,
        statementId: episode.rootStatementId,
        text: text(episode.rootStatementId),
        sessionSeconds: episode.rootSessionSeconds,
      },
      resource: resourceText(episode.resource),
      relation: episode.resource.relation,
      statements: episode.statementIds.map((statementId) => ({ statementId, text: text(statementId) })),
    }));
}

/** Statements whose texts an answer about episodes needs. */
export function statementsOf(episodes: readonly LockEpisode[]): string[] {
  return [
    ...new Set(
      episodes.flatMap(({ rootStatementId, statementIds }) =>
        [...statementIds, rootStatementId ?? []].flat(),
      ),
    ),
  ];
}
