import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../config/index.js';
import type { Target } from '../../core/engine.js';
import { DbvitalsError } from '../../core/errors.js';
import type { LockEpisodesReport, LocksReport } from '../../core/lock-report.js';
import type { MonitorEvents } from '../../core/monitor-options.js';
import type { Finding } from '../../core/report.js';
import { LOCK_WAIT_CLASSES } from '../../core/wait-class.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { ddlLines } from '../../render/locks/ddl.js';
import { locksDot } from '../../render/locks/dot.js';
import { episodesLines } from '../../render/locks/episodes.js';
import { locksMermaid } from '../../render/locks/mermaid.js';
import { locksLines } from '../../render/locks/text.js';
import { episodesSvg } from '../../render/locks/timeline-svg.js';
import { svgOf } from '../../render/svg.js';
import { type CommandContext, monitorOptions, oneTarget, print, printJson } from '../context.js';
import { judge, type Severity } from '../judge.js';
import { Screen } from '../screen.js';
import { failureOf, withMonitor } from '../with-monitor.js';

interface Flags {
  readonly watch?: boolean;
  readonly interval: string;
  readonly graph: 'text' | 'dot' | 'mermaid' | 'svg' | 'json';
  readonly at?: string;
  readonly since?: string;
  readonly until?: string;
  readonly ddl?: string;
  readonly failOn?: Severity;
}

/** Long enough for two ticks, of which the first wakes the lane that looks at locks. */
const LIVE_MS = '2500ms';
const PATIENCE_MS = 8_000;
const AGAIN_MS = 250;

export async function locks(context: CommandContext, [name]: readonly string[], flags: Flags): Promise<void> {
  const target = await oneTarget(context, name);
  const past = flags.at ?? flags.since ?? flags.until;
  if (flags.watch && past !== undefined)
    throw new DbvitalsError('USAGE', '--watch shows the present: leave out --at, --since and --until');
  if (flags.watch) return watch(context, target, flags);
  if (flags.ddl !== undefined) return ddl(context, target, flags.ddl, flags);
  // What a store without a collector holds is the past; the present is asked of the server.
  const sampling = { sample: LIVE_MS, present: past === undefined };
  await withMonitor(context, target, sampling, async (monitor) => {
    if (flags.since !== undefined || (flags.until !== undefined && flags.at === undefined))
      return await showEpisodes(context, await monitor.getLockEpisodes(range(target, flags)), flags);
    if (flags.at !== undefined)
      await showGraph(
        context,
        await monitor.analyzeLockContention({ database: target.name, at: flags.at }),
        flags,
      );
    else await showGraph(context, await present(monitor, target.name, context.signal), flags);
  });
}

async function ddl(context: CommandContext, target: Target, table: string, flags: Flags): Promise<void> {
  await using monitor = new DatabaseResourceMonitor(monitorOptions(context));
  await monitor.addTarget(target);
  const report = await monitor.analyzeDdl({ database: target.name, table, signal: context.signal });
  if (context.options.json || flags.graph === 'json') printJson(report);
  else print(ddlLines(report, context.width, context.style));
  judge(report.findings, flags.failOn);
}

/** On a busy host the first snapshot of locks may come later than the first sample that shows somebody waiting. */
async function present(
  monitor: DatabaseResourceMonitor,
  database: string,
  signal: AbortSignal,
): Promise<LocksReport> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const report = await monitor.analyzeLockContention({ database });
    if (report.graph.at !== null || performance.now() > end) return report;
    const { items } = await monitor.getSessions({ database });
    if (!items.some(({ waitClass }) => LOCK_WAIT_CLASSES.has(waitClass))) return report;
    await sleep(AGAIN_MS, undefined, { signal });
  }
}

function range(target: Target, { since, until }: Flags) {
  return {
    database: target.name,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

async function showGraph(context: CommandContext, report: LocksReport, flags: Flags): Promise<void> {
  const roots = report.items.map(({ sessionId }) => sessionId);
  const graph = context.options.json ? 'json' : flags.graph;
  if (graph === 'json') printJson(report);
  else if (graph === 'dot') print([locksDot(report.graph, roots)]);
  else if (graph === 'mermaid') print([locksMermaid(report.graph, roots)]);
  else if (graph === 'svg') print([await svgOf(locksDot(report.graph, roots))]);
  else print(locksLines(report, context.width, context.style));
  judge([...report.findings, ...report.escalation], flags.failOn);
}

async function showEpisodes(
  context: CommandContext,
  report: LockEpisodesReport,
  flags: Flags,
): Promise<void> {
  if (context.options.json || flags.graph === 'json') printJson(report);
  else if (flags.graph === 'svg') print([episodesSvg(report)]);
  else if (flags.graph !== 'text')
    throw new DbvitalsError('USAGE', 'episodes are drawn as text, svg or json', {
      remedy: 'the graph of one moment: --at TIME --graph dot',
    });
  else print(episodesLines(report, context.width, context.style));
  judge(episodeFindings(report), flags.failOn);
}

/** An episode is judged by what it cost, as a root blocker is. */
function episodeFindings({ items }: LockEpisodesReport): Pick<Finding, 'severity'>[] {
  return items.map(({ sessionSeconds, peakWaiters }) => ({
    severity: sessionSeconds >= 30 || peakWaiters >= 10 ? 'critical' : 'warning',
  }));
}

async function watch(context: CommandContext, target: Target, flags: Flags): Promise<void> {
  if (!process.stdout.isTTY || context.options.json || flags.graph !== 'text')
    throw new DbvitalsError('USAGE', '--watch needs a terminal and shows text', {
      remedy: 'without --watch: one picture',
    });
  await using monitor = new DatabaseResourceMonitor(monitorOptions(context));
  const downs: MonitorEvents['down'][] = [];
  const off = monitor.on('down', (event) => downs.push(event));
  await monitor.addTarget(target);
  await monitor.start();
  if (downs[0] !== undefined) throw failureOf(downs[0]);
  off();
  const screen = new Screen(process.stdout);
  const onResize = () => screen.clear();
  process.stdout.on('resize', onResize);
  screen.open();
  try {
    while (!context.signal.aborted) {
      const report = await monitor.analyzeLockContention({ database: target.name });
      screen.draw(fitScreen(locksLines(report, screen.width, context.style), screen.height, context));
      await sleep(parseDuration(flags.interval), undefined, { signal: context.signal }).catch(() => {});
    }
  } finally {
    screen.close();
    process.stdout.off('resize', onResize);
  }
}

/** What does not fit is counted, and the last line says how to leave. */
function fitScreen(lines: readonly string[], height: number, { style }: CommandContext): string[] {
  const room = Math.max(1, height - 1);
  const hidden = lines.length - (room - 1);
  const shown = hidden > 1 ? [...lines.slice(0, room - 1), style.dim(`… ${hidden} more lines`)] : lines;
  return [...shown, style.dim('Ctrl-C leaves')];
}
