import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { WORKERS, type Worker } from './workers.js';

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

const sessions = WORKERS.flatMap((worker) =>
  Array.from({ length: worker.sessions }, () => runWorker(worker, stop.signal)),
);
process.send?.('ready');
await Promise.all(sessions);
process.disconnect?.();

async function runWorker(worker: Worker, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    database: 'postgres',
    user: worker.user,
    application_name: worker.application,
  });
  client.on('error', () => {});
  await client.connect();
  const end = () =>
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    if (worker.setup !== undefined) await client.query(worker.setup);
    while (!signal.aborted) await worker.step(client, signal);
  } catch (error) {
    // Stopping cuts the connection in the middle of a statement; anything else is a defect of the workload.
    if (!signal.aborted) throw error;
  } finally {
    end();
  }
}
