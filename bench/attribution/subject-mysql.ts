import { readFileSync } from 'node:fs';
import type { Connection as Client, RowDataPacket } from 'mysql2/promise';
import { ThreadTracker } from '../../src/collector/thread-tracker.js';
import { targetOf } from '../../src/config/index.js';
import { silentLogger } from '../../src/core/logger.js';
import type { SessionRow } from '../../src/core/session.js';
import { loadEngine } from '../../src/engines/registry.js';
import { type MysqlServerOptions, startMysqlServer } from '../../src/lab/mysql/index.js';
import { type Subject, spawnLoad, type Truth } from './trace.js';
import { MYSQL_SCHEMA } from './workloads-mysql.js';

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
    ...(counted ? { observe: () => {}, readTruth: () => countedCpu(admin) } : threadTruth(server.pid)),
  });
  return {
    subject,
    async [Symbol.asyncDispose]() {
      await admin.end();
      await server.stop();
    },
  };
}

function threadTruth(pid: number): Pick<Subject, 'observe' | 'readTruth'> {
  const truth = new ThreadTruth(pid);
  return {
    observe: (sessions) => truth.observe(sessions),
    readTruth: async (sessions) => truth.read(sessions),
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

/** CPU of each connection's thread since the first reading, under the digest that the connection was seen running. */
class ThreadTruth {
  readonly #digests = new Map<string, string>();
  readonly #first = new Map<string, number>();

  constructor(private readonly pid: number) {}

  observe(sessions: readonly SessionRow[]): void {
    for (const { id, user, digest } of sessions)
      if (user === 'loader' && digest !== null) this.#digests.set(id, digest);
  }

  read(sessions: readonly SessionRow[]): Truth {
    const cpuNs = new Map<string, number>();
    for (const { id, user, osTid } of sessions) {
      if (user !== 'loader' || osTid === null) continue;
      const [used] = readFileSync(`/proc/${this.pid}/task/${osTid}/schedstat`, 'latin1')
        .split(' ')
        .map(Number);
      const first = this.#first.get(id) ?? (used as number);
      this.#first.set(id, first);
      const digest = this.#digests.get(id) ?? `connection ${id}, never seen running`;
      cpuNs.set(digest, (cpuNs.get(digest) ?? 0) + (used as number) - first);
    }
    return { cpuNs, readBytes: new Map() };
  }
}
