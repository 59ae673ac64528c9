import { isAbsolute, join } from 'node:path';
import type { InstanceFacts } from '../../../core/facts.js';
import type { LogFiles } from '../../../core/host.js';
import type { Unavailable } from '../../../core/probe.js';
import type { LogFile } from '../../../core/server-log.js';

/** Structured ones first: they need no English and no luck. */
const FORMATS = ['jsonlog', 'csvlog', 'stderr'] as const;
const EXTENSIONS: Readonly<Record<string, string>> = { jsonlog: '.json', csvlog: '.csv', stderr: '.log' };

/** The log that this server writes now, by its settings; see "Error Reporting and Logging" of the manual. */
export function locateLog(facts: InstanceFacts, serverPid: number, files: LogFiles): LogFile | Unavailable {
  const { settings } = facts;
  const hidden = whatIsHidden(settings);
  if (hidden !== null) return hidden;
  const found = settings.logging_collector === 'on' ? collected(facts, files) : direct(serverPid, files);
  if ('unavailable' in found) return found;
  if (found.format === 'stderr' && !/^(C|POSIX|en)(?![a-z])|^$/i.test(settings.lc_messages ?? '')) {
    return {
      unavailable: `the log is plain text in the language ${settings.lc_messages}`,
      remedy:
        "ALTER SYSTEM SET log_destination = 'csvlog'; or lc_messages = 'C'; then SELECT pg_reload_conf();",
    };
  }
  if (files.readAppended(found.path, null, 1) !== null) return found;
  return {
    unavailable: `the log ${found.path} may not be read`,
    remedy: "run dbvitals as root or as the server's user, or set log_file_mode = 0640 and be in its group",
  };
}

function whatIsHidden(settings: Readonly<Record<string, string>>): Unavailable | null {
  const { log_destination, log_min_messages = '', log_error_verbosity } = settings;
  if (log_destination === undefined || settings.log_directory === undefined) {
    return {
      unavailable: 'the settings of the log may not be read',
      remedy: 'GRANT pg_read_all_settings TO <this login>;',
    };
  }
  if (!FORMATS.some((format) => log_destination.includes(format))) {
    return {
      unavailable: `the log goes to ${log_destination}`,
      remedy: "ALTER SYSTEM SET log_destination = 'stderr'; SELECT pg_reload_conf();",
    };
  }
  if (['log', 'fatal', 'panic'].includes(log_min_messages) || log_error_verbosity === 'terse') {
    return {
      unavailable: 'the log has no errors, or none of their details',
      remedy:
        "ALTER SYSTEM SET log_min_messages = 'warning'; ALTER SYSTEM SET log_error_verbosity = 'default'; SELECT pg_reload_conf();",
    };
  }
  return null;
}

/** The logging collector notes its files in `current_logfiles`; where that may not be read, the newest one is it. */
function collected({ dataDirectory, settings }: InstanceFacts, files: LogFiles): LogFile | Unavailable {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(dataDirectory ?? '', path));
  const current = dataDirectory === null ? null : files.readText(join(dataDirectory, 'current_logfiles'));
  const listed = new Map(
    (current ?? '').split('\n').flatMap((line) => {
      const [, format, path] = /^(\w+) (.+)$/.exec(line) ?? [];
      return format === undefined || path === undefined ? [] : [[format, path]];
    }),
  );
  const directory = absolute(settings.log_directory ?? 'log');
  for (const format of FORMATS) {
    if (!settings.log_destination?.includes(format)) continue;
    const path = listed.get(format) ?? files.newest(directory, EXTENSIONS[format] as string);
    if (path) return { path: absolute(path), format };
  }
  return {
    unavailable: `no log was found in ${directory}`,
    remedy: "run dbvitals on the server's host, as root or as the server's user",
  };
}

/** Without the collector the postmaster's standard error is the log. */
function direct(serverPid: number, files: LogFiles): LogFile | Unavailable {
  const path = files.standardErrorOf(serverPid);
  if (path !== null) return { path, format: 'stderr' };
  return {
    unavailable: "the server's standard error is not a file, or may not be seen",
    remedy: 'logging_collector = on (needs a restart), or run dbvitals as root',
  };
}
