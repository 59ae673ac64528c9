import type { HostReader } from '../../core/host.js';
import type { PoolerSnapshot } from '../../core/pooler.js';
import type { SessionSample } from '../../core/samples.js';
import type { SessionClient, SessionItem } from '../../core/session-report.js';
import type { StatementText } from '../../core/statement.js';
import { clientsBehind } from '../connections/behind.js';

type FindClient = HostReader['findClient'];

/** Samples as a DBA wants to see them: rates instead of differences, ages instead of times. */
export function sessionItems(
  samples: readonly SessionSample[],
  texts: ReadonlyMap<string, StatementText>,
  pooler: PoolerSnapshot | null,
  findClient: FindClient,
): SessionItem[] {
  const behind = clientsBehind(pooler);
  return samples.map((sample) => {
    const { row, cost, atMs } = sample;
    const seconds = (cost?.elapsedMs ?? 0) / 1000;
    const rate = (value: number | null | undefined) =>
      value === null || value === undefined || seconds <= 0 ? null : value / seconds;
    const cpuNs = rate(cost?.cpuNs);
    const runQueueNs = rate(cost?.runQueueNs);
    return {
      sessionId: row.id,
      osPid: row.osPid,
      osTid: row.osTid === 0 ? null : row.osTid,
      startedAt: isoTime(row.startedAtMs),
      kind: row.kind,
      backendType: row.backendType,
      database: row.database,
      user: row.user,
      application: row.application,
      client: clientOf(sample, behind(row), pooler, findClient),
      state: row.state,
      statementId: sample.statementId,
      text: sample.statementId === null ? null : (texts.get(sample.statementId)?.text ?? null),
      waitClass: row.waitClass,
      waitEvent: row.waitEvent,
      cpuPercent: cpuNs === null ? null : cpuNs / 1e7,
      runQueuePercent: runQueueNs === null ? null : runQueueNs / 1e7,
      readBytesPerSecond: rate(cost?.readBytes),
      writeBytesPerSecond: rate(cost?.writeBytes),
      residentBytes: cost?.anonBytes ?? null,
      tempBytes: row.tempBytes,
      transactionAgeSeconds: ageSeconds(row.transactionStartedAtMs, atMs),
      statementAgeSeconds: row.state === 'active' ? ageSeconds(row.statementStartedAtMs, atMs) : null,
      blockedBy: row.blockedBy,
      at: new Date(atMs).toISOString(),
    };
  });
}

/** The process at the other end; behind a pooler the client that its server connection serves now. */
function clientOf(
  { row, client }: SessionSample,
  real: { address: string; port: number; application: string | null } | null,
  pooler: PoolerSnapshot | null,
  findClient: FindClient,
): SessionClient | null {
  if (row.kind !== 'client') return null;
  const direct = {
    address: row.clientAddress,
    port: row.clientPort,
    pid: client?.pid ?? null,
    command: client?.command ?? null,
    container: client?.container ?? null,
  };
  if (real === null || pooler === null) return { ...direct, through: null };
  // The pooler's own process is known where it runs on this host: its sockets lead on to a client that does too.
  const found =
    client === null || real.address === 'unix'
      ? null
      : findClient({ serverPid: client.pid, address: real.address, port: real.port });
  return {
    address: real.address,
    port: real.port,
    pid: found?.pid ?? null,
    command: found?.command ?? real.application,
    container: found?.container ?? null,
    through: pooler.product,
  };
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function ageSeconds(sinceMs: number | null, atMs: number): number | null {
  return sinceMs === null ? null : Math.max(0, (atMs - sinceMs) / 1000);
}
