import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PrivateMysql } from '../mysql/index.js';
import type { PrivatePostgres } from '../postgresql/index.js';
import { createMysqlSchema } from './mysql/schema.js';
import { createSchema } from './schema.js';

export interface Workload {
  /** Ends all sessions; resolves when they are gone. */
  stop(): Promise<void>;
}

/**
 * A mixed workload of a dozen sessions in a process of its own: point reads and updates, a CPU-heavy report, a lookup
 * that lacks its index, a sort that spills, a scan larger than the cache (on PostgreSQL with parallel workers), and a
 * forgotten transaction that holds up three others.
 */
export async function startDemoWorkload(
  server: PrivatePostgres,
  onProgress: (message: string) => void,
): Promise<Workload> {
  await createSchema(server, onProgress);
  return startWorker('./load-worker.js', server.port);
}

/** The same for MySQL and MariaDB. */
export async function startMysqlWorkload(
  server: PrivateMysql,
  onProgress: (message: string) => void,
): Promise<Workload> {
  await createMysqlSchema(server, onProgress);
  return startWorker('./mysql/load-worker.js', server.port);
}

async function startWorker(file: string, port: number): Promise<Workload> {
  // From sources the script has the ending .ts, and the loader of this process is inherited.
  const script = fileURLToPath(new URL(file, import.meta.url)).replace(
    /\.js$/,
    import.meta.url.endsWith('.ts') ? '.ts' : '.js',
  );
  const child = fork(script, [String(port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child, 'message'), ended]);
  return {
    async stop() {
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}
