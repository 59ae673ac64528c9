import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Learning } from '../../../src/collector/locks/learning.js';
import type { Learnt } from '../../../src/core/lock-analyst.js';
import { learntStore } from '../../../src/store/index.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-learning-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A life of the collector: what it recalls, and what it says. */
function life(learnt: Learnt, name = 'a/b', nowMs = 1_000_000) {
  const recalled: Learnt[] = [];
  const warned: string[] = [];
  let monotonicMs = 0;
  const learning = new Learning({
    learntStore: learntStore(directory),
    target: { name },
    clock: { nowMs: () => nowMs, monotonicMs: () => monotonicMs },
    logger: { warn: (_: object, message: string) => warned.push(message) },
    lockAnalyst: { learnt: () => learnt, recall: (kept: Learnt) => recalled.push(kept) },
  } as never);
  const pass = (ms: number) => {
    monotonicMs += ms;
    learning.tick();
  };
  return { learning, recalled, warned, pass };
}

describe('what an analyst has learnt', () => {
  it('is recalled by the next collector of the same server', () => {
    const first = life({ deadlocks: 1 });
    first.learning.connected('server 1');
    first.learning.keep();
    const second = life({});
    second.learning.connected('server 1');
    expect(second.recalled).toEqual([{ deadlocks: 1 }]);
    second.learning.connected('server 1');
    expect(second.recalled).toHaveLength(1);
  });

  it('is kept each minute, so that a crash loses no more', () => {
    const first = life({ deadlocks: 2 });
    first.learning.connected('server 1');
    first.pass(59_000);
    expect(learntStore(directory).load('a/b')).toBeNull();
    first.pass(1_000);
    expect(learntStore(directory).load('a/b')?.learnt).toEqual({ deadlocks: 2 });
  });

  it('of another server, of another instance, or of long ago is left alone', () => {
    const first = life({ deadlocks: 3 });
    first.learning.connected('server 1');
    first.learning.keep();
    const others = [life({}), life({}, 'other'), life({}, 'a/b', 1_000_000 + 8 * 24 * 3_600_000)];
    others[0]?.learning.connected('server 2');
    others[1]?.learning.connected('server 1');
    others[2]?.learning.connected('server 1');
    expect(others.flatMap(({ recalled }) => recalled)).toEqual([]);
  });

  it('that cannot be read or kept costs nothing but a warning', () => {
    const first = life({ deadlocks: 4 });
    first.learning.connected('server 1');
    writeFileSync(join(directory, 'learnt'), 'a file where the folder should be');
    first.learning.keep();
    expect(first.warned).toEqual(['what was learnt is not kept']);
    const second = life({});
    second.learning.connected('server 1');
    expect(second.recalled).toEqual([]);
  });
});
