import { describe, expect, it } from 'vitest';
import { LockPublisher } from '../../../src/collector/locks/publish.js';
import type { CollectorPorts } from '../../../src/collector/ports.js';
import { NO_LOCK_FINDINGS } from '../../../src/core/lock-analyst.js';
import type { DeadlockRecord, LockEpisode } from '../../../src/core/lock-samples.js';
import { RESOURCE } from './fake.js';

const episode = (endedAtMs: number | null, episodeId = 'e1'): LockEpisode => ({
  instance: 'db',
  episodeId,
  atMs: endedAtMs ?? 2_000,
  startedAtMs: 1_000,
  endedAtMs,
  peakWaiters: 4,
  peakAtMs: 1_500,
  sessionSeconds: 3,
  roots: 1,
  rootSessionSeconds: 3,
  rootId: '17',
  rootSessionId: 's17',
  rootState: 'idleInTransaction',
  rootStatementId: null,
  rootUser: 'app',
  rootApplication: null,
  resource: RESOURCE,
  victims: 4,
  statementIds: [],
});
const deadlock = (
  kind: DeadlockRecord['kind'],
  outcome: DeadlockRecord['outcome'] = null,
): DeadlockRecord => ({
  instance: 'db',
  deadlockId: 'd1',
  kind,
  atMs: 5_000,
  parties: [],
  resources: [],
  victimId: null,
  expectedAtMs: null,
  probability: 1,
  outcome,
  outcomeAtMs: null,
  source: 'test',
  advice: '',
});

function publisher() {
  const told: string[] = [];
  const kept: string[] = [];
  const ports = {
    emit: (event: string) => told.push(event),
    sink: { append: (table: string, rows: readonly unknown[]) => kept.push(`${table}:${rows.length}`) },
  } as unknown as CollectorPorts;
  return { publisher: new LockPublisher(ports), told, kept };
}

describe('what the analyst found', () => {
  it('is kept, and tells the begin and the end of an episode once each', () => {
    const { publisher: it, told, kept } = publisher();
    it.publish({ ...NO_LOCK_FINDINGS, episodes: [episode(null)] });
    it.publish({ ...NO_LOCK_FINDINGS, episodes: [episode(null), episode(null, 'e2')] });
    it.publish({ ...NO_LOCK_FINDINGS, episodes: [episode(9_000)] });
    expect(told).toEqual(['contention', 'contention', 'contentionEnded']);
    expect(kept).toEqual(['lock_episodes:1', 'lock_episodes:2', 'lock_episodes:1']);
  });

  it('tells an episode that was over when it was seen from both ends', () => {
    const { publisher: it, told } = publisher();
    it.publish({ ...NO_LOCK_FINDINGS, episodes: [episode(9_000)] });
    expect(told).toEqual(['contention', 'contentionEnded']);
  });

  it('tells a prediction once, and its fulfilment as a deadlock', () => {
    const { publisher: it, told } = publisher();
    for (const record of [deadlock('imminent'), deadlock('imminent'), deadlock('imminent', 'happened')])
      it.publish({ ...NO_LOCK_FINDINGS, deadlocks: [record] });
    it.publish({ ...NO_LOCK_FINDINGS, deadlocks: [deadlock('happened'), deadlock('latent', 'resolved')] });
    expect(told).toEqual(['deadlockPredicted', 'deadlock']);
  });

  it('is nothing when the analysis fails, and the log says so', () => {
    const errors: string[] = [];
    const ports = {
      target: { name: 'db' },
      logger: { error: (fields: { readonly error: string }) => errors.push(fields.error) },
    } as unknown as CollectorPorts;
    const found = new LockPublisher(ports).take(() => {
      throw new Error('a defect');
    });
    expect(found).toBe(NO_LOCK_FINDINGS);
    expect(errors).toEqual([expect.stringContaining('a defect')]);
  });
});
