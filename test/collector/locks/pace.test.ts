import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/collector/locks/pace.js';

const took = (elapsedMs: number, costMs = elapsedMs) => ({ costMs, elapsedMs, failed: false });

describe('the pace of snapshots', () => {
  it('is 150 ms, or so long that looking takes less than 2 % of a core', () => {
    const pace = new Pace();
    expect(pace.next(took(5, 1), 1)).toMatchObject({ waitMs: 150, breaker: null });
    expect(pace.next(took(20, 8), 1).waitMs).toBe(440);
    expect(pace.next(took(20), 1).waitMs).toBe(1_100);
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
    const failed = { costMs: 1, elapsedMs: 1, failed: true };
    pace.next(failed, 1);
    expect(pace.next(failed, 1).breaker).toBe('opened');
  });
});
