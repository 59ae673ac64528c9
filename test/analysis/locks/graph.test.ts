import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Link, WaitGraph } from '../../../src/analysis/locks/graph.js';
import { fan } from './readings.js';

const links = (...pairs: readonly string[]): Link[] =>
  pairs.map((pair) => {
    const [waiterId = '', blockerId = ''] = pair.split('>');
    return { waiterId, blockerId };
  });
const sorted = (ids: Iterable<string>) => [...ids].sort();

describe('the wait graph', () => {
  it('a chain has one root, frees one at once and all in the end', () => {
    const graph = new WaitGraph(links('b>a', 'c>b', 'd>c'));
    expect(graph.roots()).toEqual(['a']);
    expect(sorted(graph.behind('a'))).toEqual(['b', 'c', 'd']);
    expect(graph.freedBy('a')).toEqual({ atOnce: ['b'], inTheEnd: ['b', 'c', 'd'] });
  });

  it('who waits for two roots is freed by neither alone', () => {
    const graph = new WaitGraph(links('c>a', 'c>b', 'd>b'));
    expect(sorted(graph.roots())).toEqual(['a', 'b']);
    expect(graph.freedBy('a')).toEqual({ atOnce: [], inTheEnd: [] });
    expect(graph.freedBy('b')).toEqual({ atOnce: ['d'], inTheEnd: ['d'] });
  });

  it('a queue on one row frees its head at once, the rest in the end', () => {
    const graph = new WaitGraph(fan(200));
    expect(graph.roots()).toEqual(['1']);
    const { atOnce, inTheEnd } = graph.freedBy('1');
    expect(atOnce).toEqual(['1000']);
    expect(inTheEnd).toHaveLength(200);
  });

  it('a closed cycle is its own root, and taking one member away frees the others', () => {
    const graph = new WaitGraph(links('a>b', 'b>c', 'c>a', 'd>a'));
    expect(graph.cycles().map(sorted)).toEqual([['a', 'b', 'c']]);
    expect(sorted(graph.roots())).toEqual(['a', 'b', 'c']);
    expect(sorted(graph.freedBy('b').inTheEnd)).toEqual(['a', 'c', 'd']);
  });

  it('a cycle behind somebody is not a root, and is not freed by him', () => {
    const graph = new WaitGraph(links('a>b', 'b>a', 'a>x'));
    expect(graph.roots()).toEqual(['x']);
    expect(graph.cycles()).toHaveLength(1);
    expect(graph.freedBy('x').inTheEnd).toEqual([]);
  });

  it('a session that waits for itself is no edge', () => {
    expect(new WaitGraph(links('a>a')).nodes).toEqual([]);
  });

  it('parts have nothing to do with each other', () => {
    expect(new WaitGraph(links('b>a', 'd>c', 'e>c')).parts().map(sorted)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });
});

describe('for every graph', () => {
  const name = fc.integer({ min: 0, max: 12 }).map(String);
  const graphs = fc.array(fc.record({ waiterId: name, blockerId: name }), { maxLength: 40 });

  it('everybody who waits stands behind a root', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const graph = new WaitGraph(edges);
        const roots = graph.roots();
        const behind = new Set(roots.flatMap((root) => [...graph.behind(root)]));
        expect(graph.waiters.filter((id) => !behind.has(id) && !roots.includes(id))).toEqual([]);
      }),
    );
  });

  it('freed at once is part of freed in the end, which is part of those behind', () => {
    fc.assert(
      fc.property(graphs, name, (edges, id) => {
        const graph = new WaitGraph(edges);
        const { atOnce, inTheEnd } = graph.freedBy(id);
        expect(inTheEnd).toEqual(expect.arrayContaining([...atOnce]));
        expect([...graph.behind(id)]).toEqual(expect.arrayContaining([...inTheEnd]));
        expect(new Set(inTheEnd).size).toBe(inTheEnd.length);
      }),
    );
  });

  it('one edge more never frees more', () => {
    fc.assert(
      fc.property(graphs, name, name, name, (edges, waiterId, blockerId, id) => {
        fc.pre(blockerId !== id);
        const before = new Set(new WaitGraph(edges).freedBy(id).inTheEnd);
        const after = new WaitGraph([...edges, { waiterId, blockerId }]).freedBy(id).inTheEnd;
        // Only the new waiter's own place can newly lead to this root, and only through the new edge.
        const viaNew = new WaitGraph([...edges, { waiterId, blockerId }]).behind(blockerId);
        expect(after.filter((each) => !before.has(each) && !viaNew.has(each))).toEqual([]);
      }),
    );
  });

  it('members of cycles reach each other, and nobody else is named', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const graph = new WaitGraph(edges);
        const named = graph.cycles().flat();
        for (const id of graph.nodes) {
          const onCycle = graph.waitersOf(id).some((next) => next === id || graph.behind(next).has(id));
          expect(named.includes(id)).toBe(onCycle);
        }
      }),
    );
  });
});
