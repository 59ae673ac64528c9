import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Locality } from '../../core/capability.js';
import type { Connection } from '../../core/engine.js';
import type { HostReader } from '../../core/host.js';

/** Start times in postmaster.pid are whole seconds, those in /proc ticks after a boot time that is a whole second. */
const START_TOLERANCE_MS = 2_500;

/**
 * A server is local when a process of this host is it, not when an address looks like ours: the pid in its
 * postmaster.pid lives and started when the file says, and the system identifier in its pg_control is the one that
 * the server told over the connection.
 */
export function locate(connection: Connection, host: HostReader): Locality {
  const { dataDirectory, identity, startedAtMs } = connection.facts;
  const backend = Number(connection.ownSessionIds[0]);
  if (dataDirectory !== null) {
    const byFiles = provenByFiles(dataDirectory, identity, host);
    if (byFiles.proven) return byFiles;
  }
  return provenByBackend(backend, startedAtMs, host) ?? remote(dataDirectory);
}

function provenByFiles(dataDirectory: string, identity: string | null, host: HostReader): Locality {
  try {
    const [pid, , start] = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    const process = host.describe(Number(pid));
    const fresh =
      process !== null && Math.abs(process.startedAtMs - Number(start) * 1000) < START_TOLERANCE_MS;
    if (fresh && identity !== null && systemIdentifier(dataDirectory) === identity) {
      return {
        level: 'per-session',
        proven: true,
        how: `system identifier ${identity} is that of ${dataDirectory}/global/pg_control, and the pid and start time of its postmaster.pid are those of a process here`,
        serverPid: Number(pid),
      };
    }
  } catch {
    // Not readable or not there: the other proof decides.
  }
  return remote(dataDirectory);
}

/** Our own backend is a process here whose title carries our name, and its parent started when the server says. */
function provenByBackend(backendPid: number, startedAtMs: number, host: HostReader): Locality | null {
  const backend = host.describe(backendPid);
  if (backend === null || !/^postgres.*:|^postgres$/.test(backend.commandLine)) return null;
  const postmaster = host.describe(backend.parentPid);
  if (postmaster === null || Math.abs(postmaster.startedAtMs - startedAtMs) > START_TOLERANCE_MS) return null;
  return {
    level: 'per-session',
    proven: true,
    how: `our own session is process ${backendPid} here, and its postmaster (${backend.parentPid}) started when the server says it did`,
    serverPid: backend.parentPid,
  };
}

/** First eight bytes of pg_control, in the machine's order. */
function systemIdentifier(dataDirectory: string): string {
  const file = openSync(join(dataDirectory, 'global/pg_control'), 'r');
  try {
    const buffer = Buffer.alloc(8);
    readSync(file, buffer, 0, 8, 0);
    return buffer.readBigUInt64LE().toString();
  } finally {
    closeSync(file);
  }
}

function remote(dataDirectory: string | null): Locality {
  const why =
    dataDirectory === null
      ? 'the login may not read data_directory, and no process here is its session'
      : `no process here is the server of ${dataDirectory}`;
  return { level: 'none', proven: false, how: why, serverPid: null };
}
