import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Locality } from '../../core/capability.js';
import type { Connection } from '../../core/engine.js';
import type { HostReader } from '../../core/host.js';
import type { MysqlConnection } from './connect.js';

/** `Uptime` is in whole seconds. */
const START_TOLERANCE_MS = 15_000;
/**
 * And counts from where InnoDB is up, after a recovery: 30 s after the process began on a machine without a free CPU (9.7).
 * Longer than a moment is believed of a process that works in the server's data directory.
 */
const LONGEST_START_MS = 6 * 3_600_000;

/**
 * A server is local when our own session is a thread of a process here: the thread's id that the server tells is a task
 * of a process that is a mysqld or mariadbd and began when the server says it did.
 */
export function locate(connection: Connection, host: HostReader): Locality {
  const { ownThreadId } = connection as MysqlConnection;
  const { facts } = connection;
  const threads = facts.capabilities.find(({ capability }) => capability === 'sessions.osThread');
  for (const pid of candidates(facts.dataDirectory, facts.settings.pid_file, ownThreadId)) {
    const process = host.describe(pid);
    if (process === null || !/mysqld|mariadbd/.test(`${process.command} ${process.executable}`)) continue;
    // Servers make their data directory their working directory.
    const atHome = facts.dataDirectory !== null && process.workingDirectory === facts.dataDirectory;
    const startedInMs = facts.startedAtMs - process.startedAtMs;
    if (startedInMs < -START_TOLERANCE_MS) continue;
    if (startedInMs > (atHome ? LONGEST_START_MS : START_TOLERANCE_MS)) continue;
    const ours = ownThreadId !== null && host.threads(pid).includes(ownThreadId);
    if (ownThreadId !== null && !ours) continue;
    const how = ours
      ? `our own session is thread ${ownThreadId} of process ${pid} here, which began ${startedInMs > START_TOLERANCE_MS ? 'before the server was up, in its data directory' : 'when the server says it did'}`
      : `process ${pid} of its pid file began when the server says it did${atHome ? ' and works in its data directory' : ''}`;
    return {
      level: threads?.available === true ? 'per-session' : 'per-process',
      proven: ours || atHome,
      how: threads?.available === true ? how : `${how}; ${threads?.reason}`,
      serverPid: pid,
    };
  }
  return { level: 'none', proven: false, how: 'no process here is this server', serverPid: null };
}

/** The process of our own thread (`Tgid` of /proc/<tid>/status), and the one of the server's pid file. */
function candidates(dataDirectory: string | null, pidFile: string | undefined, tid: number | null): number[] {
  const found: number[] = [];
  const group = tid === null ? null : /^Tgid:\s*(\d+)$/m.exec(textOf(`/proc/${tid}/status`))?.[1];
  if (group) found.push(Number(group));
  if (pidFile) {
    const path = isAbsolute(pidFile) || dataDirectory === null ? pidFile : join(dataDirectory, pidFile);
    const pid = Number.parseInt(textOf(path), 10);
    if (Number.isInteger(pid)) found.push(pid);
  }
  return found;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
