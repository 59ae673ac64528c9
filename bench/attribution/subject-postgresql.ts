import type pg from 'pg';
import { ProcessTracker } from '../../src/collector/process-tracker.js';
import { targetOf } from '../../src/config/index.js';
import { silentLogger } from '../../src/core/logger.js';
import { loadEngine } from '../../src/engines/registry.js';
import { startPostgresServer } from '../../src/lab/postgresql/index.js';
import { type Subject, spawnLoad, type Truth } from './trace.js';
import { SCHEMA } from './workloads.js';

/** PostgreSQL 15 (Debian's) with pg_stat_kcache, whose linux_hz is set so that short statements are not rounded up to wall time. */
export async function startPostgresSubject(say: (line: string) => void) {
  const server = await startPostgresServer({
    version: 'debian',
    preload: ['pg_stat_statements', 'pg_stat_kcache'],
    extensions: ['pg_stat_statements', 'pg_stat_kcache'],
    settings: { shared_buffers: '32MB', 'pg_stat_kcache.linux_hz': 1_000_000, max_wal_size: '4GB' },
    onProgress: say,
  });
  const admin = await server.connect();
  for (const statement of SCHEMA.split(';')) await admin.query(statement);
  await admin.query(
    'CREATE ROLE load LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO load; CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals',
  );
  const engine = await loadEngine('postgresql');
  const subject = (workload: string, seed: number): Subject => ({
    engine,
    connect: () =>
      engine.connect(targetOf('bench', server.url('postgres', 'dbvitals')), {
        signal: new AbortController().signal,
        deadlineMs: 5_000,
        logger: silentLogger,
      }),
    tracker: (host) => new ProcessTracker(host, server.pid),
    startLoad: () => spawnLoad('postgresql-load.ts', [String(server.port), workload, String(seed)]),
    readTruth: () => readTruth(admin),
  });
  return {
    subject,
    async [Symbol.asyncDispose]() {
      await admin.end();
      await server.stop();
    },
  };
}

/** The executor's CPU of the load's statements, by pg_stat_kcache. */
async function readTruth(admin: pg.Client): Promise<Truth> {
  const { rows } = await admin.query<{ digest: string; cpu: string; reads: string }>(
    `SELECT k.queryid::text AS digest, sum((k.exec_user_time + k.exec_system_time) * 1e9)::text AS cpu, sum(k.exec_reads)::text AS reads
     FROM pg_stat_kcache() AS k JOIN pg_roles AS r ON r.oid = k.userid WHERE r.rolname = 'load' AND k.top GROUP BY 1`,
  );
  return {
    cpuNs: new Map(rows.map(({ digest, cpu }) => [digest, Number(cpu)])),
    readBytes: new Map(rows.map(({ digest, reads }) => [digest, Number(reads)])),
  };
}
