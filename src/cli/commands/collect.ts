import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration, splitSecret } from '../../config/index.js';
import { DbvitalsError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { MonitorEvents } from '../../core/monitor-options.js';
import { redactSecrets } from '../../credentials/index.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { boundHeap } from '../bound-heap.js';
import { type CommandContext, monitorOptions, targetsOf, unlockVault } from '../context.js';
import { watchDown } from '../down.js';
import { followCrowd } from '../priority.js';

interface Flags {
  readonly duration?: string;
  readonly once?: boolean;
}

/** Two ticks: the second one's figures are differences to the first. */
const ONCE_MS = 2_500;

/** The daemon, in the foreground: logs to standard error, ends cleanly on SIGTERM and SIGINT. */
export async function collect(
  context: CommandContext,
  names: readonly string[],
  flags: Flags,
): Promise<void> {
  refuseSecretInUrl(context.options.url);
  await unlockVault(context);
  const logger = await openLogger(context.options.logLevel ?? 'info');
  await using monitor = new DatabaseResourceMonitor({
    ...monitorOptions(context),
    dataDir: context.dataDir,
    logger,
  });
  for (const target of await targetsOf(context, names)) await monitor.addTarget(target);
  monitor.on('up', (event) => logger.info({ ...event }, 'watching'));
  monitor.on('missed', (event) => logger.warn({ ...event }, 'ticks missed'));
  monitor.on('governor', (event) => logger.warn({ ...event }, 'interval changed to stay within the budget'));
  logLocks(monitor, logger);
  monitor.on('loss', (event) => logger.error({ ...event }, 'samples lost'));
  const exitCode = watchDown(monitor);
  const stopFollowing = followCrowd(logger);
  boundHeap();
  // Asked to stop while a server does not answer: its deadline is not waited for.
  await Promise.race([monitor.start(), aborted(context.signal)]);
  if (!context.signal.aborted) logger.info({ dataDir: context.dataDir }, 'collecting');
  const forMs = flags.once ? ONCE_MS : flags.duration === undefined ? null : parseDuration(flags.duration);
  await until(context.signal, forMs);
  await monitor.stop();
  stopFollowing();
  logger.info({}, 'stopped');
  // Who asked for an end has got it; cron wants to know whether it was worth it.
  process.exitCode = context.signal.aborted ? 0 : exitCode();
}

/** The arguments of a process that runs for months are there for everybody to read. */
function refuseSecretInUrl(url: string | undefined): void {
  if (url === undefined || splitSecret(url).password === null) return;
  throw new DbvitalsError(
    'USAGE',
    'the URL holds a password, and every user of this host sees the arguments',
    {
      remedy:
        '`dbvitals add NAME URL --password-stdin`, then `dbvitals collect NAME`; or PGPASSWORD, .pgpass',
    },
  );
}

/** Jams and deadlocks as they begin; patterns that could deadlock one day are for `dbvitals deadlocks`. */
function logLocks(monitor: DatabaseResourceMonitor, logger: Logger): void {
  monitor.on('contention', ({ resource, ...event }) =>
    logger.warn({ ...event, on: resource.relation ?? resource.key }, 'sessions wait for a lock'),
  );
  monitor.on('contentionEnded', (event) => logger.info({ ...event }, 'nobody waits for that lock any more'));
  const told = ({ instance, record }: MonitorEvents['deadlock']) => {
    const { deadlockId, kind, victimId, resources, parties } = record;
    const sessions = parties.map(({ sessionId }) => sessionId);
    return { instance, deadlockId, kind, victimId, resources, sessions };
  };
  monitor.on('deadlock', (event) => logger.warn(told(event), 'a deadlock'));
  monitor.on('deadlockPredicted', (event) => {
    if (event.record.kind === 'imminent') logger.warn(told(event), 'a deadlock is about to be broken');
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function until(signal: AbortSignal, ms: number | null): Promise<void> {
  const end = performance.now() + (ms ?? Number.POSITIVE_INFINITY);
  try {
    while (performance.now() < end)
      await sleep(Math.min(60_000, end - performance.now()), undefined, { signal });
  } catch {
    // Asked to stop.
  }
}

/** pino on standard error; whatever a message holds passes the last net for secrets. */
async function openLogger(level: string): Promise<Logger> {
  const { pino } = await import('pino');
  const log = pino(
    { level, base: { name: 'dbvitals' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  const write =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: Readonly<Record<string, unknown>>, message: string) =>
      log[name](JSON.parse(redactSecrets(JSON.stringify(fields))), redactSecrets(message));
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
