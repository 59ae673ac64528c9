import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessDescription } from '../../core/host.js';
import { readText } from '../describe.js';
import { parseTcp } from '../parse/sockets.js';
import type { Recognised } from './recognise.js';

/** What files beside the server tell without a login; read through the process's own root, so containers work too. */
export function completeDetails(root: string, process: ProcessDescription, found: Recognised) {
  const file = (...parts: string[]) => readText(`${root}/${process.pid}/root${join('/', ...parts)}`);
  const directory = found.dataDirectory;
  if (found.engine === 'postgresql' && directory !== null) return postgresDetails(found, directory, file);
  const version = directory === null ? null : mysqlVersion(directory, file);
  return { version, port: found.port ?? listeningPort(root, process.pid), socket: found.socket };
}

/** postmaster.pid: pid, data directory, start, port, socket directory, listen address. PG_VERSION: the major. */
function postgresDetails(found: Recognised, directory: string, file: (...parts: string[]) => string) {
  const lines = file(directory, 'postmaster.pid').split('\n');
  const port = Number(lines[3]) || found.port;
  const socketDirectory = lines[4]?.trim() ?? '';
  return {
    version: file(directory, 'PG_VERSION').trim() || null,
    port: port ?? null,
    socket: socketDirectory === '' || port === null ? null : join(socketDirectory, `.s.PGSQL.${port}`),
  };
}

function mysqlVersion(directory: string, file: (...parts: string[]) => string): string | null {
  const text = file(directory, 'mariadb_upgrade_info') || file(directory, 'mysql_upgrade_info');
  const known = /^[\d.]+(-MariaDB)?/.exec(text)?.[0];
  if (known !== undefined) return known;
  // MySQL from 8.4 on keeps all versions that the directory has seen, the last one is the present.
  const history = file(directory, 'mysql_upgrade_history').matchAll(/"version":"([\d.]+)/g);
  return [...history].at(-1)?.[1] ?? null;
}

/** The lowest port on which one of the process's own sockets listens. */
function listeningPort(root: string, pid: number): number | null {
  const own = new Set(ownSockets(`${root}/${pid}/fd`));
  const ports = ['tcp', 'tcp6']
    .flatMap((name) => parseTcp(readText(`${root}/${pid}/net/${name}`)))
    .filter((row) => row.listening && own.has(row.inode))
    .map((row) => row.localPort);
  return ports.length === 0 ? null : Math.min(...ports);
}

function ownSockets(directory: string): string[] {
  try {
    return readdirSync(directory).flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(join(directory, name)))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
