import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/collector/locks/pace.js';

const took = (elapsedMs: number, costMs = elapsedMs) => ({
  costMs,
  elapsedMs,
  hostMs: 0,
  failed: false,
});

describe('the pace of snapshots', () => {
  it('is 150 ms, or so long that looking takes less than 2 % of a core', () => {
    const pace = new Pace();
    expect(pace.next(took(5, 1), 1)).toMatchObject({ waitMs: 150, breaker: null });
    expect(pace.next(took(20, 8), 1).waitMs).toBe(440);
    expect(pace.next(took(20), 1).waitMs).toBe(1_100);
  });

  it('leaves this host what the budget leaves it, by the usual cost of a look: not by one in which a tick ran', () => {
    const pace = new Pace(150, () => 50);
    const look = (hostMs: number, factor = 1) => pace.next({ ...took(2, 1), hostMs }, factor);
    const cold = [40, 30, 9, 9].map((hostMs) => look(hostMs).waitMs);
    expect(cold).toEqual([150, 150, 150, 150]);
    expect(look(8)).toMatchObject({ waitMs: 450, leastMs: 450 });
    expect([look(8), look(60), look(8), look(8)].map(({ waitMs }) => waitMs)).toEqual([450, 450, 400, 400]);
    expect(look(8, 2).waitMs).toBe(800);
    const light = [1, 1, 1, 1, 1].map((hostMs) => look(hostMs).waitMs);
    expect(light.at(-1)).toBe(150);
  });

  it('is slowed down by the governor', () => {
    expect(new Pace().next(took(5, 1), 4).waitMs).toBe(600);
  });

  it('pauses longer and longer after two slow snapshots in a row, and forgives after a quick one', () => {
    const pace = new Pace();
    expect(pace.next(took(300, 1), 1)).toMatchObject({ waitMs: 150, breaker: null });
    expect(pace.next(took(300, 1), 1)).toMatchObject({ waitMs: 1_000, breaker: 'opened' });
    expect(pace.next(took(300, 1), 1)).toMatchObject({ waitMs: 2_000, breaker: null });
    expect(pace.open).toBe(true);
    for (let i = 0; i < 9; i += 1) pace.next(took(300, 1), 1);
    expect(pace.next(took(300, 1), 1).waitMs).toBe(16_000);
    expect(pace.next(took(5, 1), 1)).toMatchObject({ waitMs: 150, breaker: 'closed' });
    expect(pace.next(took(300, 1), 1).breaker).toBeNull();
    expect(pace.open).toBe(false);
  });

  it('takes a failed snapshot for a slow one', () => {
    const pace = new Pace();
    const failed = { costMs: 1, elapsedMs: 1, hostMs: 0, failed: true };
    pace.next(failed, 1);
    expect(pace.next(failed, 1).breaker).toBe('opened');
  });
});
