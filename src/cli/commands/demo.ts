import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionFindings } from '../../analysis/findings/sessions.js';
import { DbvitalsError } from '../../core/errors.js';
import type { QueriesReport } from '../../core/query-report.js';
import { Releasers } from '../../core/releasers.js';
import { DEMO_ENGINES, type DemoEngine, startDemoServer } from '../../lab/demo-server.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { queriesLines } from '../../render/queries.js';
import { sessionsLines } from '../../render/sessions.js';
import { type CommandContext, print, printJson, progress, progressDone } from '../context.js';

const MOST_LATE_S = 120;

interface Flags {
  readonly seconds: string;
  readonly engine: string;
}

/** A real server (PostgreSQL unless said otherwise) with a real workload, watched, ending in a report. Leaves nothing behind. */
export async function demo(context: CommandContext, _args: readonly string[], flags: Flags): Promise<void> {
  const { signal, style, width } = context;
  await using releasers = new Releasers();
  const say = (message: string) => {
    progressDone();
    process.stderr.write(`${message}\n`);
  };
  const directory = await mkdtemp(join(tmpdir(), 'dbvitals-demo-'));
  releasers.push(() => rm(directory, { recursive: true, force: true }));
  const server = await startDemoServer(engineOf(flags.engine), { onProgress: say, signal });
  releasers.push(() => server.stop());
  const workload = await server.startWorkload(say);
  releasers.push(() => workload.stop());
  const monitor = new DatabaseResourceMonitor({ dataDir: directory });
  releasers.push(() => monitor.stop());
  await monitor.addDatabase({
    name: 'demo',
    type: flags.engine as DemoEngine,
    connectionString: server.url,
  });
  await monitor.start();
  const seconds = Number(flags.seconds);
  say(`watching ${server.title} with 12 busy sessions for ${seconds} s`);
  for (let left = seconds; left > 0; left -= 1) {
    progress(`${left} s left`);
    await sleep(1000, undefined, { signal });
  }
  const queries = await seen(monitor, seconds, signal);
  progressDone();
  const sessions = await monitor.getSessions({ database: 'demo' });
  const findings = [...sessionFindings(sessions), ...queries.findings];
  if (context.options.json) printJson({ ...queries, findings });
  else {
    print([
      ...sessionsLines({ ...sessions, limits: [] }, width, style),
      '',
      ...queriesLines({ ...queries, findings }, width, style),
      '',
      ...nextSteps(server.url),
    ]);
  }
}

/** A machine with more to do than its cores can may not have come to a second look yet: that is waited for. */
async function seen(
  monitor: DatabaseResourceMonitor,
  seconds: number,
  signal: AbortSignal,
): Promise<QueriesReport> {
  for (let late = 0; ; late += 1) {
    const timeRange = `${seconds + late + 5}s`;
    const report = await monitor.getQueryResourceUsage({ database: 'demo', timeRange, limit: 12 });
    const measured = (report.coverage.cpuTotalMs ?? 0) > 0;
    if (late >= MOST_LATE_S || (measured && report.items.some(({ kind }) => kind === 'statement')))
      return report;
    progress('nothing was seen twice yet: watching a little longer');
    await sleep(1000, undefined, { signal });
  }
}

function engineOf(name: string): DemoEngine {
  const found = DEMO_ENGINES.find((engine) => engine === name);
  if (found !== undefined) return found;
  throw new DbvitalsError('USAGE', `no demo of ${name}`, { remedy: `one of ${DEMO_ENGINES.join(', ')}` });
}

function nextSteps(url: string): string[] {
  const yours = url.startsWith('postgresql')
    ? 'postgresql://monitor@host/postgres'
    : `${new URL(url).protocol}//monitor@host`;
  return [
    'That was a private server; it is gone. Yours:',
    '  dbvitals discover                      servers of this host',
    `  dbvitals add prod ${yours}`,
    '  dbvitals doctor prod                   what this login can see, and the GRANT for the rest',
    '  dbvitals collect                       the daemon; then dbvitals queries prod',
    `  dbvitals top --url ${yours}`,
  ];
}
