import { isAbsolute, join } from 'node:path';
import type { InstanceFacts } from '../../../core/facts.js';
import type { LogFiles } from '../../../core/host.js';
import type { Unavailable } from '../../../core/probe.js';
import type { LogFile } from '../../../core/server-log.js';

/** The error log: the file of log_error, else what the server's standard error is. */
export function locateLog(
  { settings, dataDirectory }: InstanceFacts,
  serverPid: number,
  files: LogFiles,
): LogFile | Unavailable {
  if (settings.innodb_print_all_deadlocks !== 'ON')
    return {
      unavailable: 'innodb_print_all_deadlocks is off: the log has no deadlocks',
      remedy: 'SET GLOBAL innodb_print_all_deadlocks = ON; (seen when dbvitals connects the next time)',
    };
  const named = settings.log_error ?? '';
  const path =
    named === '' || named === 'stderr'
      ? files.standardErrorOf(serverPid)
      : isAbsolute(named)
        ? named
        : join(dataDirectory ?? '', named);
  if (path === null)
    return {
      unavailable: "the server's standard error is not a file, or may not be seen",
      remedy: 'log_error=FILE in the server configuration, or run dbvitals as root',
    };
  if (files.readAppended(path, null, 1) !== null) return { path, format: 'innodb' };
  return {
    unavailable: `the log ${path} may not be read`,
    remedy: "run dbvitals as root or as the server's user",
  };
}
