import { startMysqlServer } from './mysql/index.js';
import { startPostgresServer } from './postgresql/index.js';
import { startDemoWorkload, startMysqlWorkload, type Workload } from './workload/index.js';

export const DEMO_ENGINES = ['postgresql', 'mysql', 'mariadb'] as const;
export type DemoEngine = (typeof DEMO_ENGINES)[number];

/** A private server of an engine, ready for its workload. */
export interface DemoServer {
  /** `PostgreSQL 18`. */
  readonly title: string;
  /** Login of the monitor, with the documented minimum of privileges. */
  readonly url: string;
  startWorkload(onProgress: (message: string) => void): Promise<Workload>;
  stop(): Promise<void>;
}

interface DemoOptions {
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

export async function startDemoServer(engine: DemoEngine, options: DemoOptions): Promise<DemoServer> {
  return engine === 'postgresql' ? startPostgres(options) : startMysql(engine, options);
}

async function startPostgres(options: DemoOptions): Promise<DemoServer> {
  const server = await startPostgresServer({
    version: 'any',
    preload: ['pg_stat_statements'],
    extensions: ['pg_stat_statements'],
    settings: { shared_buffers: '64MB', track_io_timing: 'on', max_connections: 60, max_wal_size: '2GB' },
    ...options,
  });
  return {
    title: `PostgreSQL ${server.major}`,
    url: server.url('postgres', 'dbvitals'),
    startWorkload: (onProgress) => startDemoWorkload(server, onProgress),
    stop: () => server.stop(),
  };
}

async function startMysql(engine: 'mysql' | 'mariadb', options: DemoOptions): Promise<DemoServer> {
  const server = await startMysqlServer({
    version: engine === 'mysql' ? 'mysql-9.7' : 'mariadb-11.8',
    settings: { 'performance-schema': 'ON', 'sort-buffer-size': '262144' },
    ...options,
  });
  return {
    title: engine === 'mysql' ? 'MySQL 9.7' : 'MariaDB 11.8',
    url: server.url('', 'dbvitals'),
    startWorkload: (onProgress) => startMysqlWorkload(server, onProgress),
    stop: () => server.stop(),
  };
}
