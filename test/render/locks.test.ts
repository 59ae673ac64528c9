import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { LockContext } from '../../src/analysis/locks/answer/context.js';
import type { LockEpisodesReport, LocksReport } from '../../src/core/lock-report.js';
import type { LockReading } from '../../src/core/locks.js';
import { locksDot } from '../../src/render/locks/dot.js';
import { episodesLines, track } from '../../src/render/locks/episodes.js';
import { locksMermaid } from '../../src/render/locks/mermaid.js';
import { locksLines } from '../../src/render/locks/text.js';
import { episodesSvg } from '../../src/render/locks/timeline-svg.js';
import { treeOf } from '../../src/render/locks/tree.js';
import { plainStyle } from '../../src/render/report-lines.js';
import { svgOf } from '../../src/render/svg.js';
import { answered, CONTEXT } from '../analysis/locks/answers.js';
import { edge, fan, reading, session, TABLE } from '../analysis/locks/readings.js';

const HOSTILE = 'x"; } digraph { \\ <b>&amp;\u001b[31m\u202e\n]|#`%%';

function report(readings: readonly LockReading[], context: LockContext = CONTEXT): LocksReport {
  return {
    schema: 'dbvitals.locks/1',
    generatedAt: '2027-01-15T08:00:00.000Z',
    instance: 'prod',
    engine: 'postgresql',
    window: null,
    limits: [],
    overhead: null,
    ...answered(readings, { context }),
  };
}
const roots = (of: LocksReport) => of.items.map(({ sessionId }) => sessionId);
const text = (of: LocksReport, width = 120) => locksLines(of, width, plainStyle);

describe('the tree', () => {
  it('is flat for a queue, and counts what does not fit: 200 waiters, 12 shown', () => {
    const lines = text(report([reading(0, fan(200))]));
    expect(lines.filter((each) => / {2}[├└]─ 1\d{3} /.test(each))).toHaveLength(12);
    expect(lines.join('\n')).toContain('└─ + 188 more, waiting 40 s to 59 s');
    expect(lines.join('\n')).toContain('row (0,5) of public.accounts  (200 wait)');
  });

  it('does not fold one that others wait for, nor a single one', () => {
    const lines = text(report([reading(0, [...fan(20), edge('9', '1019', 10)])])).join('\n');
    expect(lines).toMatch(/1019 .*\n.*row .*\n.*└─ 9 /);
    expect(text(report([reading(0, fan(13))])).join('\n')).not.toContain('more');
  });

  it('names each session once, also with several blockers and in a cycle', () => {
    const { graph, items } = report([
      reading(0, [
        edge('3', '1', 500),
        edge('3', '2', 500),
        edge('5', '6', 300),
        edge('6', '5', 200),
        edge('7', '5', 100),
      ]),
    ]);
    const { roots: tops, cycles } = treeOf(
      graph,
      items.map(({ sessionId }) => sessionId),
    );
    const seen: string[] = [];
    const walk = (branch: (typeof tops)[number]) => {
      seen.push(branch.node.sessionId);
      for (const queue of branch.queues) for (const each of queue.shown) walk(each);
    };
    for (const top of [...tops, ...cycles.flat()]) walk(top);
    expect(seen.sort()).toEqual(['1', '2', '3', '5', '6', '7']);
    expect(text(report([reading(0, [edge('3', '1', 500), edge('3', '2', 500)])])).join('\n')).toMatch(
      /also behind [12]/,
    );
  });

  it.each([40, 80, 120, 200])('fits %i columns, and breaks advice instead of cutting it', (width) => {
    const idle = session('1', { state: 'idleInTransaction', application: 'naïve 漢字 '.repeat(20) });
    const lines = text(report([reading(0, fan(30), { sessions: [idle] })]), width);
    const tree = lines.filter((each) => /^[ ●]/.test(each) && !each.startsWith('         '));
    expect(tree.filter((each) => stringWidth(each) > Math.max(width, 66))).toEqual([]);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(
      'SELECT pg_terminate_backend(1); Its uncommitted work is then lost.',
    );
  });

  it('gives a terminal nothing of a hostile name', () => {
    const hostile = session('1', { application: HOSTILE, user: HOSTILE });
    const lines = text(report([reading(0, fan(3), { sessions: [hostile] })]));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('says that nobody waits', () => {
    expect(text(report([]))).toEqual([expect.stringContaining('nobody waits for a lock')]);
  });
});

describe('drawings', () => {
  const hostile = report([
    reading(0, [edge('2', '1', 900, { resource: { ...TABLE, relation: HOSTILE } })], {
      sessions: [session('1', { application: HOSTILE })],
    }),
  ]);

  it('an SVG of hostile names is well-formed, and holds no more elements than it has nodes', async () => {
    const svg = await svgOf(locksDot(hostile.graph, roots(hostile)));
    expect(svg.match(/<g id="node\d+"/g)).toHaveLength(3);
    expect(svg).not.toContain('<b>');
    expect(svg).not.toContain('\u001b');
  });

  it('200 waiters are 15 nodes: root, queue, a dozen, the rest', async () => {
    const of = report([reading(0, fan(200))]);
    const svg = await svgOf(locksDot(of.graph, roots(of)));
    expect(svg.match(/<g id="node\d+"/g)).toHaveLength(15);
    expect(svg).toContain('+ 188 more');
  });

  it('Mermaid labels hold nothing that Mermaid reads', () => {
    const labels = [...locksMermaid(hostile.graph, roots(hostile)).matchAll(/"([^"]*)"/g)].map(
      ([, label]) => label,
    );
    expect(labels.length).toBeGreaterThan(2);
    expect(labels.filter((label) => /[<>`[\]{}|&\\%]/.test(label?.replaceAll('<br/>', '') ?? ''))).toEqual(
      [],
    );
  });

  it('a cycle is drawn in both forms', async () => {
    const of = report([reading(0, [edge('1', '2', 500), edge('2', '1', 400)])]);
    expect(locksDot(of.graph, roots(of)).match(/penwidth=2\]/g)).toHaveLength(2);
    expect(locksMermaid(of.graph, roots(of)).match(/==>/g)).toHaveLength(2);
  });
});

describe('episodes', () => {
  const from = '2027-01-15T07:00:00.000Z';
  const to = '2027-01-15T08:00:00.000Z';
  const item = {
    episodeId: 'e',
    startedAt: '2027-01-15T07:30:00.000Z',
    endedAt: null,
    lastSeenAt: to,
    seconds: 1800,
    peakWaiters: 3,
    peakAt: to,
    victims: 4,
    sessionSeconds: 99,
    roots: 2,
    root: {
      sessionId: '1',
      user: HOSTILE,
      application: null,
      state: 'active',
      statementId: null,
      text: HOSTILE,
      sessionSeconds: 50,
    },
    resource: HOSTILE,
    relation: null,
    statements: [],
  };
  const episodes: LockEpisodesReport = {
    schema: 'dbvitals.lock-episodes/1',
    generatedAt: to,
    instance: 'prod',
    engine: 'postgresql',
    window: { from, to, seconds: 3600, samples: 3600, missedTicks: 0 },
    limits: [],
    overhead: null,
    items: [item],
  };

  it('stand in the window where they were', () => {
    expect(track(item, Date.parse(from), Date.parse(to))).toBe(`${'·'.repeat(16)}${'█'.repeat(16)}`);
    expect(
      track(
        { ...item, startedAt: '2027-01-15T06:00:00.000Z', lastSeenAt: from },
        Date.parse(from),
        Date.parse(to),
      ),
    ).toBe(`█${'·'.repeat(31)}`);
    expect(episodesLines(episodes, 140, plainStyle).join('\n')).toContain('30m00…');
  });

  it('are drawn without a word of theirs becoming markup', () => {
    const svg = episodesSvg(episodes);
    expect(svg.match(/<rect/g)).toHaveLength(2);
    expect(svg).not.toContain('<b>');
    expect(svg).not.toContain('\u001b');
  });
});
