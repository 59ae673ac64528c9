import type { EngineName } from '../../core/engine-name.js';
import type { ProcessDescription } from '../../core/host.js';

/** The main process of one server, as its command line tells. */
export interface Recognised {
  readonly engine: EngineName;
  readonly flavour: string;
  readonly dataDirectory: string | null;
  readonly port: number | null;
  readonly socket: string | null;
  readonly name: string | null;
}

/** Which server a process is the main process of, null for any other process. Pure. */
export function recognise(process: ProcessDescription, parent: ProcessDescription | null): Recognised | null {
  return postgres(process, parent) ?? mysql(process) ?? oracle(process) ?? sqlServer(process, parent);
}

/** The postmaster keeps its argv; its children have titles `postgres: …`. */
function postgres(process: ProcessDescription, parent: ProcessDescription | null): Recognised | null {
  if (process.command !== 'postgres' && process.command !== 'postmaster') return null;
  if (/^postgres: /.test(process.commandLine) || parent?.command === process.command) return null;
  const dataDirectory =
    option(process.commandLine, /(?:-D\s*|--data-directory=|--pgdata[= ])(\S+)/) ?? process.workingDirectory;
  return {
    engine: 'postgresql',
    flavour: 'postgresql',
    dataDirectory,
    port: numberOf(option(process.commandLine, /(?:-p\s*|--port=)(\d+)/)),
    socket: null,
    name: null,
  };
}

function mysql(process: ProcessDescription): Recognised | null {
  if (!/^(mysqld|mariadbd)$/.test(process.command) && !/\/(mysqld|mariadbd)$/.test(process.executable ?? ''))
    return null;
  const line = process.commandLine;
  return {
    engine: 'mysql',
    flavour: /mariadb/.test(`${process.command} ${process.executable} ${line}`) ? 'mariadb' : 'mysql',
    dataDirectory: option(line, /--datadir=(\S+)/) ?? process.workingDirectory,
    port: numberOf(option(line, /--port=(\d+)/)),
    socket: option(line, /--socket=(\S+)/),
    name: null,
  };
}

/** One pmon process per instance: ora_pmon_<SID>, or db_pmon_<SID> since 18c. */
function oracle(process: ProcessDescription): Recognised | null {
  const sid = /^(?:ora|db|xe)_pmon_(\S+)$/i.exec(process.commandLine)?.[1];
  if (sid === undefined) return null;
  return { engine: 'oracle', flavour: 'oracle', dataDirectory: null, port: null, socket: null, name: sid };
}

/** On Linux a watchdog starts the engine: the child is the server. */
function sqlServer(process: ProcessDescription, parent: ProcessDescription | null): Recognised | null {
  if (process.command !== 'sqlservr' || parent?.command !== 'sqlservr') return null;
  return {
    engine: 'sqlserver',
    flavour: 'sqlserver',
    dataDirectory: null,
    port: null,
    socket: null,
    name: null,
  };
}

function option(line: string, pattern: RegExp): string | null {
  return pattern.exec(line)?.[1] ?? null;
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
