import type { LockEpisode } from '../../../core/lock-samples.js';
import { resourceText, stateText } from '../../../core/lock-words.js';
import type { EventSample } from '../../../core/samples.js';

export function contentionEvent(episode: LockEpisode, waiting: number): EventSample {
  const who = episode.rootUser === null ? '' : ` (${episode.rootUser})`;
  return {
    atMs: episode.atMs,
    instance: episode.instance,
    code: 'CONTENTION',
    severity: 'warning',
    message: `${sessions(waiting)} behind session ${episode.rootId}${who}, ${stateText(episode.rootState)}: ${resourceText(episode.resource)}`,
  };
}

export function contentionEnded(episode: LockEpisode): EventSample {
  const seconds = ((episode.endedAtMs ?? episode.atMs) - episode.startedAtMs) / 1000;
  return {
    atMs: episode.atMs,
    instance: episode.instance,
    code: 'CONTENTION_ENDED',
    severity: 'info',
    message: `after ${seconds.toFixed(1)} s: ${sessions(episode.victims).replace(/waits?$/, '')}waited ${episode.sessionSeconds.toFixed(1)} s together, at most ${episode.peakWaiters} at once; ${resourceText(episode.resource)}`,
  };
}

function sessions(count: number): string {
  return count === 1 ? '1 session waits' : `${count} sessions wait`;
}
