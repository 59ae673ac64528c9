import { describe, expect, it } from 'vitest';
import { LockLane } from '../../../src/collector/locks/lane.js';
import { waitFor } from '../../servers/wait-for.js';
import { type FakeServer, fakeLane, TICK } from './fake.js';

const quick = (): FakeServer => ({ waiters: 0, snapshotMs: 1, refuses: false });

describe('the lock lane', () => {
  it('asks nothing while nobody waits', async () => {
    const { parts, asked, connections } = fakeLane(quick());
    const lane = new LockLane(parts);
    for (let i = 0; i < 5; i += 1) await lane.tick(TICK, 0);
    expect(asked).toEqual([]);
    expect(connections()).toEqual({ made: 1, open: 1 });
    await lane.close();
  });

  it('says who blocks whom in the very tick that sees a waiter', async () => {
    const server = { ...quick(), waiters: 2 };
    const { parts } = fakeLane(server);
    const lane = new LockLane(parts);
    await lane.tick(TICK, 2);
    expect([...lane.blockedBy()]).toEqual([
      ['1', ['0']],
      ['2', ['0']],
    ]);
    await lane.close();
  });

  it('snapshots on a connection of its own while waits last, hands over one without edges, then watches', async () => {
    const server = { ...quick(), waiters: 3 };
    const { parts, asked, observed, connections } = fakeLane(server);
    const lane = new LockLane(parts);
    await lane.tick(TICK, 3);
    await waitFor('three snapshots', () => (observed.length >= 3 ? true : null));
    expect(asked.slice(1)).not.toContain('locks@own1');
    expect(lane.ownSessionIds).toEqual(['own2']);
    server.waiters = 0;
    await waitFor('a watch', () => (asked.includes('watch@own2') ? true : null));
    expect(observed.filter(({ edges }) => edges.length === 0)).toHaveLength(1);
    expect(observed.at(-1)?.edges).toEqual([]);
    const looks = observed.length;
    server.waiters = 1;
    await waitFor('the next wait, seen without a tick', () => (observed.length > looks ? true : null));
    expect(connections()).toEqual({ made: 2, open: 2 });
    await lane.close();
    expect(connections().open).toBe(1);
    const end = asked.length;
    await lane.tick(TICK, 1);
    expect(asked).toHaveLength(end);
  });

  it('makes do with the first connection when there is no second one, and says so once', async () => {
    const { parts, asked, observed, events } = fakeLane({ ...quick(), waiters: 1, refuses: true });
    const lane = new LockLane(parts);
    await lane.tick(TICK, 1);
    await waitFor('three snapshots', () => (observed.length >= 3 ? true : null));
    expect(new Set(asked)).toEqual(new Set(['locks@own1']));
    expect(events).toEqual([expect.objectContaining({ code: 'LOCKS_SHARED', severity: 'info' })]);
    await lane.close();
  });

  it('pauses when snapshots are slow, says so, and no tick waits for it then', async () => {
    const { parts, observed, events } = fakeLane({ ...quick(), waiters: 1, snapshotMs: 130 });
    const lane = new LockLane(parts);
    await lane.tick(TICK, 1);
    const paused = await waitFor(
      'the pause',
      () => events.find(({ code }) => code === 'LOCKS_PAUSED') ?? null,
    );
    expect(paused).toMatchObject({ severity: 'warning', instance: 'fake' });
    const looks = observed.length;
    await lane.tick(TICK, 1);
    expect(observed.length - looks).toBeLessThanOrEqual(1);
    await lane.close();
  });
});
