import { type LockFindings, NO_LOCK_FINDINGS } from '../../core/lock-analyst.js';
import type { DeadlockRecord, LockEpisode } from '../../core/lock-samples.js';
import type { CollectorPorts } from '../ports.js';

/** Deadlocks and predictions whose event was sent: older ones are forgotten first. */
const MOST_TOLD = 10_000;

/** What the analyst found, to the sink and as events: each episode begins and ends once, each deadlock is told once. */
export class LockPublisher {
  readonly #open = new Set<string>();
  readonly #told = new Set<string>();

  constructor(private readonly ports: Pick<CollectorPorts, 'sink' | 'emit' | 'logger' | 'target'>) {}

  /** Publishes what is found and gives it back. An analysis that fails costs its findings, neither the tick nor the lane. */
  take(find: () => LockFindings): LockFindings {
    try {
      const findings = find();
      this.publish(findings);
      return findings;
    } catch (error) {
      const { logger, target } = this.ports;
      logger.error({ instance: target.name, error: (error as Error).stack }, 'locks not analysed');
      return NO_LOCK_FINDINGS;
    }
  }

  publish({ edges, sessions, episodes, deadlocks, events }: LockFindings): void {
    const { sink } = this.ports;
    if (edges.length > 0) sink.append('lock_edges', edges);
    if (sessions.length > 0) sink.append('lock_sessions', sessions);
    if (episodes.length > 0) sink.append('lock_episodes', episodes);
    if (deadlocks.length > 0) sink.append('deadlocks', deadlocks);
    if (events.length > 0) sink.append('events', events);
    for (const episode of episodes) this.#tellEpisode(episode);
    for (const record of deadlocks) this.#tellDeadlock(record);
  }

  #tellEpisode(episode: LockEpisode): void {
    const { instance, episodeId, atMs, startedAtMs, endedAtMs, rootId, resource, peakWaiters } = episode;
    if (!this.#open.has(episodeId)) {
      this.#open.add(episodeId);
      this.ports.emit('contention', { instance, episodeId, atMs, waiters: peakWaiters, rootId, resource });
    }
    if (endedAtMs === null) return;
    this.#open.delete(episodeId);
    const durationMs = endedAtMs - startedAtMs;
    this.ports.emit('contentionEnded', { instance, episodeId, atMs, durationMs, peakWaiters, rootId });
  }

  #tellDeadlock(record: DeadlockRecord): void {
    const key = `${record.kind}:${record.deadlockId}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    if (this.#told.size > MOST_TOLD) this.#told.delete([...this.#told][0] as string);
    // A prediction that is first kept with its outcome comes too late to be one.
    if (record.kind !== 'happened' && record.outcome !== null) return;
    this.ports.emit(record.kind === 'happened' ? 'deadlock' : 'deadlockPredicted', {
      instance: record.instance,
      record,
    });
  }
}
