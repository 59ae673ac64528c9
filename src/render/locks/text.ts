import type { LockNode, LocksReport, RootBlocker } from '../../core/lock-report.js';
import { formatSeconds } from '../format.js';
import { plain } from '../plain.js';
import { findingLines, limitLines, type Style } from '../report-lines.js';
import { dim, EMPTY, fitted, type Line, line } from './lines.js';
import { longLines } from './long.js';
import { type Branch, type Queue, treeOf } from './tree.js';
import { holdsText, isIdle, plural, stateFor, whoText } from './words.js';

/** The wait graph as a tree, root blockers first; what to do about them; then what else matters about locks. */
export function locksLines(report: LocksReport, width: number, style: Style): string[] {
  return [
    headline(report, style),
    ...treeLines(report, width, style),
    ...longLines(report, width, style),
    ...findingLines([...report.findings, ...report.escalation], style),
    ...limitLines(report.limits, style),
  ];
}

export function treeLines(report: LocksReport, width: number, style: Style): string[] {
  const items = new Map(report.items.map((item) => [item.sessionId, item]));
  const tree = treeOf(report.graph, [...items.keys()]);
  const lines = [
    ...tree.cycles.flatMap(cycleLines),
    ...tree.roots.flatMap((branch) => rootLines(branch, items.get(branch.node.sessionId))),
    ...report.items.filter(({ wouldFree }) => wouldFree === null).flatMap(goneLines),
  ];
  return lines.flatMap((each) => fitted(each, width, style));
}

function headline({ instance, graph, window }: LocksReport, style: Style): string {
  const waiting = graph.nodes.filter(({ waitsFor }) => waitsFor !== null);
  const seconds = waiting.reduce((sum, { waitSeconds }) => sum + (waitSeconds ?? 0), 0);
  const at = graph.at ?? window?.to ?? '';
  const what =
    waiting.length === 0
      ? style.green('nobody waits for a lock')
      : style.red(
          `${plural(waiting.length, 'session waits', 'sessions wait')}, ${formatSeconds(seconds)} together`,
        );
  return `${style.bold('Locks')}  ${plain(instance ?? '')}  ${at.slice(0, 19)}Z  ${what}`;
}

function rootLines(branch: Branch, item: RootBlocker | undefined): Line[] {
  const { node } = branch;
  const age =
    node.transactionAgeSeconds === null ? '' : `  transaction ${formatSeconds(node.transactionAgeSeconds)}`;
  return [
    EMPTY,
    {
      text: `● ${node.sessionId}  ${stateFor(node)}  ${whoText(node)}${age}`,
      tone: isIdle(node.state) ? 'idle' : 'root',
    },
    ...(item === undefined ? [] : [line(`  ${costText(item)}`)]),
    ...aboutLines(node, item),
    ...queueLines(branch.queues, '  '),
    ...(item === undefined ? [] : [{ ...line(`  do     ${item.advice}`), hanging: 9 }]),
  ];
}

function costText({ blockedSessions, blockedSessionSeconds, wouldFree }: RootBlocker): string {
  const freed =
    wouldFree === null
      ? ''
      : `; if it went, ${wouldFree.atOnce} would run at once, ${wouldFree.inTheEnd} in the end`;
  return `${plural(blockedSessions, 'session', 'sessions')} behind it, ${formatSeconds(blockedSessionSeconds)} waited${freed}`;
}

function aboutLines(node: LockNode, item: RootBlocker | undefined): Line[] {
  const holds = holdsText(node.holds, 4);
  return [
    ...(node.text === null ? [] : [line(`  ${node.state === 'active' ? 'runs' : 'ran '}   ${node.text}`)]),
    ...(holds === '' ? [] : [line(`  holds  ${holds}`)]),
    ...(item === undefined ? [] : [dim(`  undo   ${item.rollbackCost.text}`)]),
  ];
}

function queueLines(queues: readonly Queue[], indent: string): Line[] {
  return queues.flatMap((queue, index) => {
    const last = index === queues.length - 1;
    const inner = `${indent}${last ? '   ' : '│  '}`;
    const { hidden, shown, waiters, resource } = queue;
    return [
      line(`${indent}${last ? '└─' : '├─'} ${resource}${waiters > 1 ? `  (${waiters} wait)` : ''}`),
      ...shown.flatMap((branch, row) =>
        waiterLines(branch, inner, row === shown.length - 1 && hidden === null),
      ),
      ...(hidden === null
        ? []
        : [
            dim(
              `${inner}└─ + ${hidden.count} more, waiting ${formatSeconds(hidden.shortestSeconds)} to ${formatSeconds(hidden.longestSeconds)}`,
            ),
          ]),
    ];
  });
}

function waiterLines({ node, edge, also, queues }: Branch, indent: string, last: boolean): Line[] {
  const soft = edge?.kind === 'soft' ? ', queued behind it' : '';
  const others =
    also.length === 0 ? '' : `  also behind ${also.slice(0, 3).join(', ')}${also.length > 3 ? '…' : ''}`;
  const text = node.text === null ? '' : `  ${node.text}`;
  const what = `${node.sessionId}  ${formatSeconds(node.waitSeconds)}  ${edge?.mode ?? ''}${soft}`;
  return [
    line(`${indent}${last ? '└─' : '├─'} ${what}  ${whoText(node)}${others}${text}`),
    ...queueLines(queues, `${indent}${last ? '   ' : '│  '}`),
  ];
}

function cycleLines(cycle: readonly Branch[]): Line[] {
  const ids = cycle.map(({ node }) => node.sessionId);
  return [
    EMPTY,
    { text: `● cycle: ${[...ids, ids[0]].join(' waits for ')}`, tone: 'root' },
    ...cycle.flatMap(({ node, queues }) => [
      line(
        `  ${node.sessionId}  ${formatSeconds(node.waitSeconds)}  ${node.waitsFor?.mode ?? '?'} on ${node.waitsFor?.resource ?? '?'}  ${whoText(node)}${node.text === null ? '' : `  ${node.text}`}`,
      ),
      ...queueLines(queues, '    '),
    ]),
    line('  do     nothing by hand yet: the server ends one of them when it looks for deadlocks'),
  ];
}

function goneLines(item: RootBlocker): Line[] {
  return [
    EMPTY,
    dim(
      `○ ${item.sessionId}  ${stateFor(item)} then  ${whoText(item)}  ${formatSeconds(item.blockedSessionSeconds)} waited behind it in the window`,
    ),
    ...(item.text === null ? [] : [dim(`  ran    ${item.text}`)]),
  ];
}
