import { setTimeout as sleep } from 'node:timers/promises';
import { sessionFindings } from '../../analysis/findings/sessions.js';
import { parseDuration } from '../../config/index.js';
import type { SessionsReport } from '../../core/session-report.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { findingLines } from '../../render/report-lines.js';
import { type TopSortKey, type TopState, topLines } from '../../render/top.js';
import { type CommandContext, monitorOptions, print, printJson, targetsOf, unlockVault } from '../context.js';
import { watchDown } from '../down.js';
import { endWith } from '../exit.js';
import { type FilterFlags, filterOptions } from '../filters.js';
import { judge, type Severity } from '../judge.js';
import { Screen } from '../screen.js';

interface Flags extends FilterFlags {
  readonly once?: boolean;
  readonly interval: string;
  readonly sort: TopSortKey;
  readonly failOn?: Severity;
}

const KEYS: Readonly<Record<string, TopSortKey>> = {
  c: 'cpu',
  n: 'runqueue',
  r: 'reads',
  w: 'writes',
  m: 'memory',
  t: 'temp',
  x: 'xact',
};
/** Two differences, so that rates are there. */
const ONCE_MS = 2_200;

export async function top(context: CommandContext, names: readonly string[], flags: Flags): Promise<void> {
  const targets = await targetsOf(context, names);
  await unlockVault(context);
  await using monitor = new DatabaseResourceMonitor(monitorOptions(context));
  for (const target of targets) await monitor.addTarget(target);
  const exitCode = watchDown(monitor);
  await monitor.start();
  const all = targets.map(({ name }) => name);
  if (flags.once || context.options.json || !process.stdout.isTTY || !process.stdin.isTTY) {
    await sleep(ONCE_MS, undefined, { signal: context.signal });
    await once(context, await ask(monitor, all, flags, flags.background === true), flags);
    endWith(exitCode());
  } else await interactive(context, monitor, all, flags);
}

async function once(
  context: CommandContext,
  instances: readonly SessionsReport[],
  flags: Flags,
): Promise<void> {
  const findings = instances.flatMap(sessionFindings);
  judge(findings, flags.failOn);
  if (context.options.json) {
    for (const report of instances) printJson(report);
    return;
  }
  const state = {
    sort: flags.sort,
    filter: '',
    typing: false,
    paused: false,
    background: false,
    help: false,
  };
  print([
    ...topLines(instances, state, context.width, 10_000, context.style),
    ...findingLines(findings, context.width, context.style),
  ]);
}

async function ask(
  monitor: DatabaseResourceMonitor,
  names: readonly string[],
  flags: FilterFlags,
  background: boolean,
): Promise<SessionsReport[]> {
  return Promise.all(
    names.map((database) =>
      monitor.getSessions({ database, ...filterOptions(flags), includeBackground: background }),
    ),
  );
}

async function interactive(
  context: CommandContext,
  monitor: DatabaseResourceMonitor,
  names: readonly string[],
  flags: Flags,
): Promise<void> {
  const screen = new Screen(process.stdout);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  let state: TopState = {
    sort: flags.sort,
    filter: '',
    typing: false,
    paused: false,
    background: flags.background === true,
    help: false,
  };
  let shown: SessionsReport[] = [];
  const draw = () => screen.draw(topLines(shown, state, screen.width, screen.height, context.style));
  const onKey = (chunk: Buffer) => {
    for (const key of keysOf(chunk.toString('utf8'))) {
      const next = pressed(state, key);
      if (next === null) return stop.abort();
      state = next;
    }
    draw();
  };
  const onResize = () => {
    screen.clear();
    draw();
  };
  process.stdin.setRawMode(true).resume().on('data', onKey);
  process.stdout.on('resize', onResize);
  screen.open();
  try {
    while (!signal.aborted) {
      if (!state.paused) shown = await ask(monitor, names, flags, state.background);
      draw();
      await sleep(parseDuration(flags.interval), undefined, { signal }).catch(() => {});
    }
  } finally {
    screen.close();
    process.stdin.setRawMode(false).pause().off('data', onKey);
    process.stdout.off('resize', onResize);
  }
}

/** Who types fast or pastes sends several keys at once; arrows and their like come as one sequence. */
export function keysOf(chunk: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how terminals send keys
  return chunk.match(/\u001b[[O][0-9;]*[A-Za-z~]|[\s\S]/gu) ?? [];
}

/** The state after a key; null to quit. */
export function pressed(state: TopState, key: string): TopState | null {
  if (key === '\u0003') return null;
  if (state.typing) return typed(state, key);
  if (key === 'q') return null;
  if (key === '/') return { ...state, typing: true, filter: '' };
  if (key === '\u001b') return { ...state, filter: '' };
  if (key === ' ') return { ...state, paused: !state.paused };
  if (key === 'b') return { ...state, background: !state.background };
  if (key === 'h' || key === '?') return { ...state, help: !state.help };
  const sort = KEYS[key];
  return sort === undefined ? state : { ...state, sort };
}

function typed(state: TopState, key: string): TopState {
  if (key === '\r' || key === '\n') return { ...state, typing: false };
  if (key === '\u001b') return { ...state, typing: false, filter: '' };
  if (key === '\u007f') return { ...state, filter: state.filter.slice(0, -1) };
  return /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(key) ? { ...state, filter: state.filter + key } : state;
}
