import type { LockNode, LocksReport, RootBlocker } from '../../core/lock-report.js';
import { formatSeconds } from '../format.js';
import { plain } from '../plain.js';
import { findingLines, limitLines, type Style } from '../report-lines.js';
import { EMPTY, fitted, type Line } from './lines.js';
import { longLines } from './long.js';
import { type Branch, type Queue, treeOf } from './tree.js';
import { holdsText, isIdle, plural, stateFor, whoText } from './words.js';

/** The tree shows these. */
const IN_THE_TREE = new Set(['BLOCKED_SESSIONS', 'BLOCKED_BY_IDLE_TRANSACTION', 'LOCK_CYCLE']);

/** The wait graph as a tree, root blockers first; what to do about them; then what else matters about locks. */
export function locksLines(report: LocksReport, width: number, style: Style): string[] {
  const others = report.findings.filter(({ code }) => !IN_THE_TREE.has(code));
  return [
    headline(report, style),
    ...treeLines(report, width, style),
    ...longLines(report, width, style),
    ...findingLines([...others, ...report.escalation], width, style),
    ...limitLines(report.limits, width, style),
  ];
}

function treeLines(report: LocksReport, width: number, style: Style): string[] {
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
    node.transactionAgeSeconds === null ? '' : `transaction ${formatSeconds(node.transactionAgeSeconds)}`;
  return [
    EMPTY,
    {
      lead: '● ',
      parts: [node.sessionId, stateFor(node), whoText(node), age],
      tone: isIdle(node.state) ? 'idle' : 'root',
    },
    ...(item === undefined ? [] : [{ lead: '  ', parts: [costText(item)] }]),
    ...aboutLines(node, item),
    ...queueLines(branch.queues, '  '),
    ...(item === undefined ? [] : [{ lead: '  do     ', parts: [item.advice], wrap: true }]),
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
  const verb = node.state === 'active' ? 'runs' : 'ran ';
  return [
    ...(node.text === null ? [] : [{ lead: `  ${verb}   `, parts: [node.text] }]),
    ...(holds === '' ? [] : [{ lead: '  holds  ', parts: [holds] }]),
    ...(item === undefined
      ? []
      : [{ lead: '  undo   ', parts: [item.rollbackCost.text], tone: 'dim' as const }]),
  ];
}

function queueLines(queues: readonly Queue[], indent: string): Line[] {
  return queues.flatMap((queue, index) => {
    const last = index === queues.length - 1;
    const inner = `${indent}${last ? '   ' : '│  '}`;
    const { hidden, shown, waiters, resource } = queue;
    const widest = (of: (branch: Branch) => string) => Math.max(...shown.map((each) => of(each).length));
    const pads = { id: widest(({ node }) => node.sessionId), wait: widest(waitOf) };
    const more = hidden === null ? [] : [moreLine(hidden, inner)];
    return [
      { lead: `${indent}${last ? '└─ ' : '├─ '}`, parts: [resource, waiters > 1 ? `(${waiters} wait)` : ''] },
      ...shown.flatMap((branch, row) =>
        waiterLines(branch, inner, row === shown.length - 1 && hidden === null, pads),
      ),
      ...more,
    ];
  });
}

function moreLine(
  { count, longestSeconds, shortestSeconds }: NonNullable<Queue['hidden']>,
  indent: string,
): Line {
  const waits = `waiting ${formatSeconds(shortestSeconds)} to ${formatSeconds(longestSeconds)}`;
  return { lead: `${indent}└─ `, parts: [`+ ${count} more, ${waits}`], tone: 'dim' };
}

function waitOf({ node }: Branch): string {
  return formatSeconds(node.waitSeconds);
}

function waiterLines(
  branch: Branch,
  indent: string,
  last: boolean,
  pads: { readonly id: number; readonly wait: number },
): Line[] {
  const { node, edge, also, queues } = branch;
  const others =
    also.length === 0 ? '' : `also behind ${also.slice(0, 3).join(', ')}${also.length > 3 ? '…' : ''}`;
  const parts = [
    node.sessionId.padEnd(pads.id),
    waitOf(branch).padStart(pads.wait),
    `${edge?.mode ?? ''}${edge?.kind === 'soft' ? ', queued behind it' : ''}`,
    whoText(node),
    others,
    node.text ?? '',
  ];
  return [
    { lead: `${indent}${last ? '└─ ' : '├─ '}`, parts },
    ...queueLines(queues, `${indent}${last ? '   ' : '│  '}`),
  ];
}

function cycleLines(cycle: readonly Branch[]): Line[] {
  const ids = cycle.map(({ node }) => node.sessionId);
  return [
    EMPTY,
    { lead: '● cycle: ', parts: [[...ids, ids[0]].join(' waits for ')], tone: 'root' },
    ...cycle.flatMap(({ node, queues }) => [
      {
        lead: '  ',
        parts: [
          node.sessionId,
          formatSeconds(node.waitSeconds),
          `${node.waitsFor?.mode ?? '?'} on ${node.waitsFor?.resource ?? '?'}`,
          whoText(node),
          node.text ?? '',
        ],
      },
      ...queueLines(queues, '    '),
    ]),
    {
      lead: '  do     ',
      parts: ['nothing by hand yet: the server ends one of them when it looks for deadlocks'],
      wrap: true,
    },
  ];
}

function goneLines(item: RootBlocker): Line[] {
  const waited = `${formatSeconds(item.blockedSessionSeconds)} waited behind it in the window`;
  return [
    EMPTY,
    { lead: '○ ', parts: [item.sessionId, `${stateFor(item)} then`, whoText(item), waited], tone: 'dim' },
    ...(item.text === null ? [] : [{ lead: '  ran    ', parts: [item.text], tone: 'dim' as const }]),
  ];
}
