import type { LockGraph } from '../../core/lock-report.js';
import { formatSeconds } from '../format.js';
import { plain } from '../plain.js';
import { cut } from '../table.js';
import { type Branch, type Queue, type Tree, treeOf } from './tree.js';
import { holdsText, isIdle, plural, stateFor, whoText } from './words.js';

/**
 * A monospaced font: the layout is made without the reader's fonts, and only these are as wide everywhere.
 */
const FONT = 'Courier';
/** Colours of roots that do nothing, roots that work, and everybody else. */
const FILL = { idle: '#ffe08a', busy: '#ffc9c0', queue: '#e8eaed', waiter: '#ffffff' };
const TEXT_WIDTH = 44;

/**
 * The wait graph as DOT: root blockers to the left, the queues behind them, the waiters to the right; arrows point from
 * who waits to what is waited for. Equal waiters beyond a dozen are one node.
 */
export function locksDot(graph: LockGraph, rootIds: readonly string[]): string {
  const out = new Dot();
  const tree = treeOf(graph, rootIds);
  for (const root of tree.roots) drawRoot(out, root);
  drawCycles(out, tree, graph);
  return [
    'digraph locks {',
    '  rankdir=LR; ranksep=0.5; nodesep=0.12; bgcolor="#ffffff"; outputorder=edgesfirst;',
    `  node [shape=box, style="filled,rounded", fillcolor="#ffffff", color="#5f6368", fontname="${FONT}", fontsize=10, margin="0.12,0.06"];`,
    `  edge [dir=back, tailport=e, headport=w, color="#5f6368", fontname="${FONT}", fontsize=9, arrowsize=0.7];`,
    ...out.lines,
    '}',
    '',
  ].join('\n');
}

/** Statements of one drawing; names are ours, labels are anybody's. */
class Dot {
  readonly lines: string[] = [];
  readonly #names = new Map<string, string>();
  #count = 0;

  /** The name of a session's node; the same session is drawn once. */
  session(id: string): { name: string; fresh: boolean } {
    const known = this.#names.get(id);
    if (known !== undefined) return { name: known, fresh: false };
    const name = this.fresh();
    this.#names.set(id, name);
    return { name, fresh: true };
  }

  fresh(): string {
    this.#count += 1;
    return `n${this.#count}`;
  }

  node(name: string, lines: readonly string[], attributes: Readonly<Record<string, string>>): void {
    const label = lines.map((each) => `${escaped(each)}\\l`).join('');
    const more = Object.entries(attributes).map(([key, value]) => `, ${key}="${value}"`);
    this.lines.push(`  ${name} [label="${label}"${more.join('')}];`);
  }

  edge(from: string, to: string, attributes = ''): void {
    this.lines.push(`  ${from} -> ${to}${attributes === '' ? '' : ` [${attributes}]`};`);
  }
}

function drawRoot(out: Dot, branch: Branch): void {
  const { node } = branch;
  const { name } = out.session(node.sessionId);
  const holds = holdsText(node.holds, 2);
  out.node(
    name,
    [
      `${node.sessionId}  ${stateFor(node)}`,
      whoText(node),
      ...(node.text === null ? [] : [node.text]),
      ...(holds === '' ? [] : [`holds ${holds}`]),
      ...(node.transactionAgeSeconds === null
        ? []
        : [`transaction open for ${formatSeconds(node.transactionAgeSeconds)}`]),
    ],
    { fillcolor: isIdle(node.state) ? FILL.idle : FILL.busy, penwidth: '2' },
  );
  for (const queue of branch.queues) drawQueue(out, name, queue);
}

function drawQueue(out: Dot, from: string, queue: Queue): void {
  const name = out.fresh();
  out.node(name, [queue.resource, plural(queue.waiters, 'waiter', 'waiters')], {
    shape: 'note',
    style: 'filled',
    fillcolor: FILL.queue,
  });
  out.edge(from, name, 'dir=none, style=bold');
  for (const branch of queue.shown) drawWaiter(out, name, branch);
  if (queue.hidden === null) return;
  const more = out.fresh();
  const { count, longestSeconds, shortestSeconds } = queue.hidden;
  out.node(
    more,
    [`+ ${count} more`, `waiting ${formatSeconds(shortestSeconds)} to ${formatSeconds(longestSeconds)}`],
    { style: 'filled,rounded,dashed' },
  );
  out.edge(name, more);
}

function drawWaiter(out: Dot, from: string, { node, edge, also, queues }: Branch): void {
  const { name, fresh } = out.session(node.sessionId);
  if (fresh)
    out.node(
      name,
      [
        `${node.sessionId}  ${formatSeconds(node.waitSeconds)}  ${edge?.mode ?? ''}`,
        whoText(node),
        ...(node.text === null ? [] : [node.text]),
        ...(also.length === 0 ? [] : [`also behind ${also.slice(0, 3).join(', ')}`]),
      ],
      { fillcolor: FILL.waiter },
    );
  out.edge(from, name, edge?.kind === 'soft' ? 'style=dashed' : '');
  for (const queue of queues) drawQueue(out, name, queue);
}

/** Members of a cycle and the edges among them, in red; what stands behind each as elsewhere. */
function drawCycles(out: Dot, { cycles }: Tree, graph: LockGraph): void {
  for (const cycle of cycles) {
    const members = new Set(cycle.map(({ node }) => node.sessionId));
    for (const { node, queues } of cycle) {
      const { name } = out.session(node.sessionId);
      out.node(
        name,
        [
          `${node.sessionId}  ${formatSeconds(node.waitSeconds)}`,
          `wants ${node.waitsFor?.mode ?? '?'} on`,
          node.waitsFor?.resource ?? '?',
          whoText(node),
          ...(node.text === null ? [] : [node.text]),
        ],
        { fillcolor: FILL.busy, color: '#d93025', penwidth: '2' },
      );
      for (const queue of queues) drawQueue(out, name, queue);
    }
    for (const { waiter, blocker } of graph.edges) {
      if (!members.has(waiter) || !members.has(blocker)) continue;
      out.edge(
        out.session(blocker).name,
        out.session(waiter).name,
        `tailport=_, headport=_, color="#d93025", penwidth=2`,
      );
    }
  }
}

/** Inside a quoted string of DOT: no quote, backslash or entity of the label's own. */
function escaped(text: string): string {
  return cut(plain(text), TEXT_WIDTH)
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
