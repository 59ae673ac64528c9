import { setTimeout } from 'node:timers/promises';
import { targetOf } from '../../../../src/config/index.js';
import type { Connection } from '../../../../src/core/engine.js';
import type { LockReading } from '../../../../src/core/locks.js';
import { silentLogger } from '../../../../src/core/logger.js';
import type { Probe, ProbeRecords } from '../../../../src/core/probe.js';
import { mysql } from '../../../../src/engines/mysql/index.js';
import type { PrivateMysql } from '../../../../src/lab/mysql/index.js';

const call = () => ({ signal: new AbortController().signal, deadlineMs: 5_000 });

/** A connection with the documented minimum of grants. */
export function connectAsMonitor(server: PrivateMysql): Promise<Connection> {
  const target = targetOf('locks', server.url('', 'dbvitals', 'watching'));
  return mysql.connect(target, { ...call(), logger: silentLogger });
}

export async function runProbe(name: string, connection: Connection): Promise<ProbeRecords> {
  const probe = mysql.probes.find((each) => each.name === name) as Probe;
  const query = probe.select(connection.facts);
  if ('unavailable' in query) throw new Error(`${name}: ${query.unavailable}`);
  const { facts } = connection;
  const tick = { instance: 'locks', facts, atMs: Date.now(), waiterIds: [], activeIds: [] };
  const rows = await connection.query(query, probe.parameters?.(tick) ?? [], call());
  return probe.toRecords(rows, tick);
}

/** INNODB_TRX is renewed only when nobody read it for 100 ms: what a reading right after another one shows is the past. */
export async function readLocks(connection: Connection): Promise<LockReading> {
  await setTimeout(110);
  return (await runProbe('locks', connection)).locks as LockReading;
}

/** What a server of that version would be sent, sent to this one; and as such a server is understood. */
export async function readLocksAs(connection: Connection, versionNumber: number): Promise<LockReading> {
  const facts = { ...connection.facts, flavour: 'mysql', versionNumber };
  const older = { ...asIs(connection), facts };
  return (await runProbe('locks', older)).locks as LockReading;
}

function asIs(connection: Connection): Connection {
  return {
    facts: connection.facts,
    ownSessionIds: connection.ownSessionIds,
    query: (...args) => connection.query(...args),
    together: async () => null,
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
