import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../config/index.js';
import type { Target } from '../core/engine.js';
import type { DbvitalsError } from '../core/errors.js';
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
  let failure: string | null = null;
  live.on('down', ({ message }) => {
    failure = message;
  });
  await live.addTarget(target);
  await live.start();
  if (failure !== null) throw await whyDown(live, target);
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

/** The doctor's own connect fails the same way, with the remedy. */
export async function whyDown(monitor: DatabaseResourceMonitor, target: Target): Promise<DbvitalsError> {
  try {
    await monitor.getCapabilities({ database: target.name });
  } catch (error) {
    return error as DbvitalsError;
  }
  throw new Error(`${target.name} refused once and answers now`);
}
