import { describe, expect, it } from 'vitest';
import { cyclesOf } from '../../../../src/analysis/locks/deadlocks/cycles.js';
import { edge } from './readings.js';

const members = (edges: Parameters<typeof cyclesOf>[0]) =>
  cyclesOf(edges).map((cycle) => cycle.map(({ waiterId }) => waiterId).sort());

describe('cycles of the wait graph', () => {
  it('finds none in chains and fans', () => {
    expect(members([edge('a', 'b', 0), edge('b', 'c', 0), edge('d', 'c', 0), edge('e', 'c', 0)])).toEqual([]);
  });

  it('finds two that share nobody, and leaves out who only waits behind them', () => {
    const edges = [
      edge('a', 'b', 0),
      edge('b', 'a', 0),
      edge('x', 'a', 0),
      edge('c', 'd', 0),
      edge('d', 'e', 0),
      edge('e', 'c', 0),
    ];
    expect(members(edges).sort()).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('gives the shortest of several in one knot, its edges in order', () => {
    const [cycle = []] = cyclesOf([
      edge('a', 'b', 0),
      edge('b', 'c', 0),
      edge('c', 'a', 0),
      edge('b', 'a', 0),
    ]);
    expect(cycle).toHaveLength(2);
    expect(cycle.map(({ blockerId }) => blockerId)).toEqual([cycle[1]?.waiterId, cycle[0]?.waiterId]);
  });

  it('follows a chain of 20,000 without running out of stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => edge(`s${index}`, `s${index + 1}`, 0));
    expect(members(chain)).toEqual([]);
    expect(members([...chain, edge('s20000', 's19998', 0)])).toEqual([['s19998', 's19999', 's20000']]);
  });
});
