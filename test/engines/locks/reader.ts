import { targetOf } from '../../../src/config/index.js';
import type { Connection, Engine } from '../../../src/core/engine.js';
import type { LockReading } from '../../../src/core/locks.js';
import { silentLogger } from '../../../src/core/logger.js';
import { loadEngine } from '../../../src/engines/registry.js';
import type { PrivatePostgres } from '../../../src/lab/postgresql/index.js';

/** Reads the locks of a server as the collector does, with the documented login. */
export async function lockReader(server: PrivatePostgres, database: string) {
  const engine: Engine = await loadEngine('postgresql');
  const connection: Connection = await engine.connect(targetOf('x', server.url(database, 'dbvitals')), {
    signal: new AbortController().signal,
    deadlineMs: 5_000,
    logger: silentLogger,
  });
  const probe = engine.probes.find(({ name }) => name === 'locks');
  const selected = probe?.select(connection.facts);
  if (probe === undefined || selected === undefined || 'unavailable' in selected) throw new Error('none');
  return {
    engine,
    connection,
    async read(): Promise<LockReading> {
      const tick = { instance: 'x', facts: connection.facts, atMs: Date.now(), waiterIds: [], activeIds: [] };
      const call = { signal: new AbortController().signal, deadlineMs: 2_000 };
      const { locks } = probe.toRecords(await connection.query(selected, [], call), tick);
      return locks as LockReading;
    },
  };
}
