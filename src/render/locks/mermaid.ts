import type { LockGraph } from '../../core/lock-report.js';
import { formatSeconds } from '../format.js';
import { plain } from '../plain.js';
import { cut } from '../table.js';
import { type Branch, type Queue, treeOf } from './tree.js';
import { isIdle, plural, stateFor, whoText } from './words.js';

const TEXT_WIDTH = 60;

/** The wait graph as a Mermaid flowchart, for a wiki or a ticket; arrows point from who waits to what is waited for. */
export function locksMermaid(graph: LockGraph, rootIds: readonly string[]): string {
  const lines: string[] = [];
  const names = new Map<string, string>();
  let count = 0;
  const fresh = () => {
    count += 1;
    return `n${count}`;
  };
  const node = (shape: readonly [string, string], parts: readonly string[], kind: string) => {
    const name = fresh();
    lines.push(`  ${name}${shape[0]}"${parts.map(escaped).join('<br/>')}"${shape[1]}:::${kind}`);
    return name;
  };
  const drawQueue = (from: string, queue: Queue): void => {
    const name = node(['([', '])'], [queue.resource, plural(queue.waiters, 'waiter', 'waiters')], 'queue');
    lines.push(`  ${name} --- ${from}`);
    for (const branch of queue.shown) drawWaiter(name, branch);
    if (queue.hidden !== null)
      lines.push(`  ${node(['[', ']'], [`+ ${queue.hidden.count} more`], 'waiter')} --> ${name}`);
  };
  const drawWaiter = (to: string, { node: session, edge, queues }: Branch): void => {
    const head = `${session.sessionId} ${formatSeconds(session.waitSeconds)} ${edge?.mode ?? ''}`;
    const name = node(['[', ']'], [head, whoText(session), session.text ?? ''], 'waiter');
    names.set(session.sessionId, name);
    lines.push(`  ${name} ${edge?.kind === 'soft' ? '-.->' : '-->'} ${to}`);
    for (const queue of queues) drawQueue(name, queue);
  };
  const drawTop = (branch: Branch, kind: string): void => {
    const { node: session } = branch;
    const head = `${session.sessionId} ${stateFor(session)}`;
    const name = node(['[', ']'], [head, whoText(session), session.text ?? ''], kind);
    names.set(session.sessionId, name);
    for (const queue of branch.queues) drawQueue(name, queue);
  };
  const { roots, cycles } = treeOf(graph, rootIds);
  for (const root of roots) drawTop(root, isIdle(root.node.state) ? 'idle' : 'root');
  for (const cycle of cycles) {
    for (const branch of cycle) drawTop(branch, 'root');
    const members = new Set(cycle.map(({ node: session }) => session.sessionId));
    for (const { waiter, blocker } of graph.edges)
      if (members.has(waiter) && members.has(blocker))
        lines.push(`  ${names.get(waiter)} ==> ${names.get(blocker)}`);
  }
  return [
    'flowchart RL',
    '  classDef root fill:#ffc9c0,stroke:#5f6368',
    '  classDef idle fill:#ffe08a,stroke:#5f6368',
    '  classDef queue fill:#e8eaed,stroke:#5f6368',
    '  classDef waiter fill:#ffffff,stroke:#5f6368',
    ...lines,
    '',
  ].join('\n');
}

/** Mermaid's own entities: nothing of a name is read as its syntax, HTML or Markdown. */
function escaped(text: string): string {
  return cut(plain(text), TEXT_WIDTH).replace(
    /[^\p{L}\p{N} .,:/()=$+\-–…]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}
