import { setMaxListeners } from 'node:events';
import { createConnection } from 'mysql2/promise';
import { MYSQL_WORKERS, type MysqlWorker } from './workers.js';

/**
 * A program of its own, so that the load is not counted as the monitor's: runs every client of the workload against
 * 127.0.0.1:PORT until its parent says stop or goes away.
 */
const port = Number(process.argv[2]);
const stop = new AbortController();
setMaxListeners(0, stop.signal);
process.once('message', () => stop.abort());
process.once('disconnect', () => stop.abort());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const sessions = MYSQL_WORKERS.flatMap((worker) =>
  Array.from({ length: worker.sessions }, () => runWorker(worker, stop.signal)),
);
process.send?.('ready');
await Promise.all(sessions);
process.disconnect?.();

async function runWorker(worker: MysqlWorker, signal: AbortSignal): Promise<void> {
  const client = await createConnection({
    host: '127.0.0.1',
    port,
    user: worker.user,
    database: 'shop',
    connectAttributes: { program_name: worker.application },
  });
  (client as unknown as { on(event: 'error', listener: () => void): void }).on('error', () => {});
  const end = () => client.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    while (!signal.aborted) await worker.step(client, signal);
  } catch (error) {
    // Stopping cuts the connection in the middle of a statement; anything else is a defect of the workload.
    if (!signal.aborted) throw error;
  } finally {
    end();
  }
}
