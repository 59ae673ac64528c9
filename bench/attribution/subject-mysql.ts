import { readFileSync } from 'node:fs';
import type { Connection as Client, RowDataPacket } from 'mysql2/promise';
import { ThreadTracker } from '../../src/collector/thread-tracker.js';
import { targetOf } from '../../src/config/index.js';
import { silentLogger } from '../../src/core/logger.js';
import { normaliseStatement } from '../../src/engines/mysql/normalise.js';
import { loadEngine } from '../../src/engines/registry.js';
import { type MysqlServerOptions, startMysqlServer } from '../../src/lab/mysql/index.js';
import { type Subject, spawnLoad, type Truth } from './trace.js';
import { MYSQL_SCHEMA, ONE_EACH } from './workloads-mysql.js';

/** MySQL counts the CPU of digests itself where a consumer is on; MariaDB does not: there each connection runs one statement. */
export async function startMysqlSubject(
  version: MysqlServerOptions['version'],
  settings: Readonly<Record<string, string>>,
  say: (line: string) => void,
) {
  const server = await startMysqlServer({
    version,
    settings: { 'innodb-buffer-pool-size': '32M', ...settings },
    onProgress: say,
  });
  const admin = await server.connect();
  for (const statement of MYSQL_SCHEMA) await admin.query(statement);
  await admin.query(
    "CREATE USER loader@'%'; GRANT ALL ON bench.* TO loader@'%'; CREATE USER dbvitals@'%'; GRANT PROCESS, REPLICATION CLIENT ON *.* TO dbvitals@'%'; GRANT SELECT ON performance_schema.* TO dbvitals@'%'",
  );
  const counted = server.flavour === 'mysql';
  if (counted)
    await admin.query(
      "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_statements_cpu'",
    );
  const engine = await loadEngine('mysql');
  const subject = (workload: string, seed: number): Subject => ({
    engine,
    connect: () =>
      engine.connect(targetOf('bench', server.url('', 'dbvitals')), {
        signal: new AbortController().signal,
        deadlineMs: 5_000,
        logger: silentLogger,
      }),
    tracker: (host) => new ThreadTracker(host, server.pid, true),
    startLoad: () => spawnLoad('mysql-load.ts', [String(server.port), workload, String(seed)]),
    readTruth: counted ? () => countedCpu(admin) : threadTruth(server.pid),
  });
  return {
    subject,
    async [Symbol.asyncDispose]() {
      await admin.end();
      await server.stop();
    },
  };
}

/** SUM_CPU_TIME of events_statements_summary_by_digest, picoseconds (MySQL 8.0.28+, consumer events_statements_cpu). */
async function countedCpu(admin: Client): Promise<Truth> {
  const [rows] = await admin.query<RowDataPacket[]>(
    "SELECT DIGEST AS digest, SUM(SUM_CPU_TIME) / 1000 AS cpu FROM performance_schema.events_statements_summary_by_digest WHERE SCHEMA_NAME = 'bench' GROUP BY 1",
  );
  return {
    cpuNs: new Map(rows.map(({ digest, cpu }) => [String(digest), Number(cpu)])),
    readBytes: new Map(),
  };
}

/** CPU of each connection's thread under the digest of the one statement that it runs. */
function threadTruth(pid: number): Subject['readTruth'] {
  return async (sessions) => {
    const loaders = sessions
      .filter(({ user }) => user === 'loader')
      .sort((a, b) => Number(a.id) - Number(b.id));
    const cpuNs = loaders.map(({ osTid }, session): [string, number] => {
      const { digest } = normaliseStatement(ONE_EACH.pick(session, () => 0));
      return [digest, Number(readFileSync(`/proc/${pid}/task/${osTid}/schedstat`, 'latin1').split(' ')[0])];
    });
    return { cpuNs: new Map(cpuNs), readBytes: new Map() };
  };
}
