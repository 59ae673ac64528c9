import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflictsOf, modeBit } from '../../../src/engines/postgresql/locks/modes.js';
import { edgesOf, type LockQueue } from '../../../src/engines/postgresql/locks/queue.js';
import { closure } from './scenario.js';

const MODES = ['AccessShareLock', 'RowExclusiveLock', 'ShareLock', 'ExclusiveLock', 'AccessExclusiveLock'];

const waiter = (session: string, mode: string, waitStartedAtMs: number | null) => ({
  session,
  mode,
  waitStartedAtMs,
  statementStartedAtMs: waitStartedAtMs,
});

/** Links of all edges, and of who is only named as standing in front. */
function links(queue: LockQueue): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { waiter: from, blocker, behind } of edgesOf(queue))
    found.set(from.session, [
      ...(found.get(from.session) ?? []),
      blocker,
      ...(behind === null ? [] : [behind]),
    ]);
  return found;
}

describe('a queue for one lock', () => {
  it('of 200 waiters has 200 edges', () => {
    const queue = {
      holders: new Map([['h', modeBit('ExclusiveLock')]]),
      waiters: Array.from({ length: 200 }, (_, i) => waiter(`w${i}`, 'ExclusiveLock', i)),
      ordered: true,
    };
    const edges = edgesOf(queue);
    expect(edges).toHaveLength(200);
    expect(new Set(edges.map(({ blocker }) => blocker))).toEqual(new Set(['h']));
    expect(edges.slice(0, 3).map(({ behind }) => behind)).toEqual([null, 'w0', 'w1']);
  });

  it('of many waiters behind many holders has no edge for each pair', () => {
    const queue = {
      holders: new Map(Array.from({ length: 300 }, (_, i) => [`h${i}`, modeBit('AccessShareLock')] as const)),
      waiters: Array.from({ length: 300 }, (_, i) => waiter(`w${i}`, 'AccessExclusiveLock', i)),
      ordered: true,
    };
    expect(edgesOf(queue)).toHaveLength(300 + 299);
  });

  it('whose order is unknown says how far it is guessed', () => {
    const queue = {
      holders: new Map([
        ['a', modeBit('RowExclusiveLock')],
        ['b', modeBit('AccessShareLock')],
      ]),
      waiters: [
        { ...waiter('r', 'AccessShareLock', null), statementStartedAtMs: 1 },
        { ...waiter('x', 'AccessExclusiveLock', null), statementStartedAtMs: 2 },
        { ...waiter('s', 'ShareLock', null), statementStartedAtMs: 3 },
      ],
      ordered: false,
    };
    expect(
      edgesOf(queue).map(({ waiter: from, blocker, kind, confidence }) => [
        from.session,
        blocker,
        kind,
        confidence,
      ]),
    ).toEqual([
      ['x', 'a', 'hard', 1],
      ['x', 'b', 'hard', 1],
      ['r', 'x', 'soft', 1],
      ['s', 'a', 'hard', 1],
      ['s', 'x', 'soft', 0.7],
    ]);
  });

  it('loses no blocker at the end of a chain, and invents none', () => {
    const mode = fc.constantFrom(...MODES);
    fc.assert(
      fc.property(
        fc.array(mode, { minLength: 1, maxLength: 5 }),
        fc.array(mode, { maxLength: 12 }),
        (first, wanted) => {
          const excludes = (each: string, other: string) => (conflictsOf(each) & modeBit(other)) !== 0;
          // Who excludes nobody before him is granted at once, and whoever comes later may wait for him.
          const held = [...first];
          const waiting: string[] = [];
          for (const each of wanted)
            ([...held, ...waiting].some((other) => excludes(each, other)) ? waiting : held).push(each);
          const queue = {
            holders: new Map(held.map((each, i) => [`h${i}`, modeBit(each)])),
            waiters: waiting.map((each, i) => waiter(`w${i}`, each, i)),
            ordered: true,
          };
          const all = new Map(
            waiting.map((each, i) => [
              `w${i}`,
              [
                ...held.flatMap((other, h) => (excludes(each, other) ? [`h${h}`] : [])),
                ...waiting.slice(0, i).flatMap((other, w) => (excludes(each, other) ? [`w${w}`] : [])),
              ],
            ]),
          );
          const truth = closure(all);
          for (const [session, blockers] of closure(links(queue))) {
            const told = truth.get(session) ?? [];
            expect(told).toEqual(expect.arrayContaining(blockers));
            const ends = (ids: readonly string[]) => ids.filter((id) => (all.get(id) ?? []).length === 0);
            expect(ends(blockers)).toEqual(ends(told));
          }
        },
      ),
      {
        examples: [
          [['AccessShareLock'], ['RowExclusiveLock', 'ShareLock', 'ShareLock', 'AccessExclusiveLock']],
        ],
      },
    );
  });
});
