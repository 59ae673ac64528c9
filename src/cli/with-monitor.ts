import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../config/index.js';
import type { Target } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import type { MonitorEvents } from '../core/monitor-options.js';
import { DatabaseResourceMonitor } from '../monitor.js';
import { type CommandContext, monitorOptions, progress, progressDone } from './context.js';

export interface SampleOptions {
  /** Watch at least this long when nothing is stored. */
  readonly sample: string;
  /** The answer is about now: a store that nobody writes to does not have it. */
  readonly present?: boolean;
}

/** A collector's rows can be read a few seconds after they were seen. */
const PRESENT_MS = 10_000;

/**
 * A monitor that can answer for one instance: from the store when it holds something of it, else after watching it
 * live for a while.
 */
export async function withMonitor<T>(
  context: CommandContext,
  target: Target,
  options: SampleOptions,
  ask: (monitor: DatabaseResourceMonitor, live: boolean) => Promise<T>,
): Promise<T> {
  await using stored = new DatabaseResourceMonitor({ ...monitorOptions(context), dataDir: context.dataDir });
  await stored.addTarget(target);
  const within = options.present === true ? PRESENT_MS : undefined;
  if (context.options.url === undefined && (await stored.hasHistory(target.name, within)))
    return await ask(stored, false);
  await using live = new DatabaseResourceMonitor(monitorOptions(context));
  const downs: MonitorEvents['down'][] = [];
  live.on('down', (event) => downs.push(event));
  await live.addTarget(target);
  await live.start();
  if (downs[0] !== undefined) throw failureOf(downs[0]);
  await watch(
    parseDuration(options.sample),
    `nothing ${options.present === true ? 'new ' : ''}is stored of ${target.name}: watching it`,
    context.signal,
  );
  return await ask(live, true);
}

async function watch(ms: number, message: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) {
    progress(`${message}, ${Math.ceil(left / 1000)} s left`);
    await sleep(Math.min(left, 1000), undefined, { signal });
  }
  progressDone();
}

/** What an instance failed with, as the error of the command. No second login: servers lock accounts for refused ones. */
export function failureOf({ instance, code, message, remedy }: MonitorEvents['down']): DbvitalsError {
  return new DbvitalsError(code, message, { instance, ...(remedy === null ? {} : { remedy }) });
}
