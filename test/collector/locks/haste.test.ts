import { describe, expect, it } from 'vitest';
import { Haste } from '../../../src/collector/locks/haste.js';
import type { LockReading } from '../../../src/core/locks.js';
import { RESOURCE } from './fake.js';

const NOW = 1_700_000_000_500;

/** One session that has waited for so long; null: the server does not say. */
function reading(forMs: number | null, statementStartedAtMs = 1): LockReading {
  const waitStartedAtMs = forMs === null ? null : NOW - forMs;
  return {
    atMs: NOW,
    serverNowMs: NOW,
    sessions: [{ id: '7', transactionStartedAtMs: 1, statementStartedAtMs }],
    locks: [
      { sessionId: '7', resource: RESOURCE, mode: 'X', granted: false, waitStartedAtMs, fastPath: null },
    ],
    edges: [],
  } as unknown as LockReading;
}
const nobody: LockReading = { ...reading(1), locks: [] };

describe('how soon the next look at the locks is worth it', () => {
  it('waits of milliseconds: less and less often, to half a second', () => {
    const haste = new Haste();
    const least = [2, 3, 1, 2].map((forMs, n) => {
      haste.seen(reading(forMs, n), 150);
      return haste.leastMs;
    });
    expect(least).toEqual([300, 500, 500, 500]);
  });

  it('a wait that lasts: at once as often as ever', () => {
    const haste = new Haste();
    for (let n = 0; n < 5; n += 1) haste.seen(reading(2, n), 150);
    haste.seen(reading(80), 150);
    expect(haste.leastMs).toBe(0);
  });

  it('where the server does not say since when, or says whole seconds: the same statement waits at two looks', () => {
    const haste = new Haste();
    haste.seen(reading(null, 1), 150);
    haste.seen(reading(null, 2), 150);
    expect(haste.leastMs).toBe(500);
    haste.seen(reading(null, 2), 150);
    expect(haste.leastMs).toBe(0);
    // Told as 12:00:00 at half a second past: it may have begun just now.
    haste.seen(reading(500, 3), 150);
    expect(haste.leastMs).toBe(300);
    haste.seen(reading(1_500, 4), 150);
    expect(haste.leastMs).toBe(0);
  });

  it('is forgotten when nobody waits any more', () => {
    const haste = new Haste();
    for (let n = 0; n < 5; n += 1) haste.seen(reading(2, n), 150);
    haste.seen(nobody, 150);
    for (let n = 0; n < 20; n += 1) haste.nobody();
    expect(haste.leastMs).toBeLessThan(100);
  });
});
