import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionFindings } from '../../analysis/findings/sessions.js';
import { Releasers } from '../../core/releasers.js';
import { startPostgresServer } from '../../lab/postgresql/index.js';
import { startDemoWorkload } from '../../lab/workload/index.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { queriesLines } from '../../render/queries.js';
import { sessionsLines } from '../../render/sessions.js';
import { type CommandContext, print, printJson, progress, progressDone } from '../context.js';

interface Flags {
  readonly seconds: string;
}

/** A real PostgreSQL with a real workload, watched, ending in a report. Leaves nothing behind. */
export async function demo(context: CommandContext, _args: readonly string[], flags: Flags): Promise<void> {
  const { signal, style, width } = context;
  await using releasers = new Releasers();
  const say = (message: string) => {
    progressDone();
    process.stderr.write(`${message}\n`);
  };
  const directory = await mkdtemp(join(tmpdir(), 'dbvitals-demo-'));
  releasers.push(() => rm(directory, { recursive: true, force: true }));
  const server = await startPostgresServer({
    version: 'any',
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: { shared_buffers: '64MB', track_io_timing: 'on', max_connections: 60, max_wal_size: '2GB' },
    onProgress: say,
    signal,
  });
  releasers.push(() => server.stop());
  const workload = await startDemoWorkload(server, say);
  releasers.push(() => workload.stop());
  const monitor = new DatabaseResourceMonitor({ dataDir: directory });
  releasers.push(() => monitor.stop());
  await monitor.addDatabase({
    name: 'demo',
    type: 'postgresql',
    connectionString: server.url('postgres', 'dbvitals'),
  });
  await monitor.start();
  const seconds = Number(flags.seconds);
  for (let left = seconds; left > 0; left -= 1) {
    progress(`watching PostgreSQL ${server.major} with 12 busy sessions, ${left} s left`);
    await sleep(1000, undefined, { signal });
  }
  progressDone();
  const queries = await monitor.getQueryResourceUsage({
    database: 'demo',
    timeRange: `${seconds + 5}s`,
    limit: 12,
  });
  const sessions = await monitor.getSessions({ database: 'demo' });
  const findings = [...sessionFindings(sessions.items), ...queries.findings];
  if (context.options.json) printJson({ ...queries, findings });
  else {
    print([
      ...sessionsLines({ ...sessions, limits: [] }, width, style),
      '',
      ...queriesLines({ ...queries, findings }, width, style),
      '',
      ...NEXT,
    ]);
  }
}

const NEXT = [
  'That was a private server; it is gone. Yours:',
  '  dbvitals discover                                        servers of this host',
  '  dbvitals add prod postgresql://monitor@host/postgres     then: dbvitals doctor prod; dbvitals collect',
  '  dbvitals top --url postgresql://monitor@host/postgres    without any configuration',
];
