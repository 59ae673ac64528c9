import { readdirSync } from 'node:fs';
import type { Clock } from '../../core/clock.js';
import { DbvitalsError } from '../../core/errors.js';
import type { HostReader, ProcessDescription } from '../../core/host.js';
import type { DiscoveredInstance } from '../../core/instance-report.js';
import type { ProcessReading } from '../../core/process.js';
import { completeDetails } from './details.js';
import { type Recognised, recognise } from './recognise.js';

export interface DiscoverOptions {
  readonly host: HostReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly procRoot?: string;
  /** CPU is measured over this long. */
  readonly measureMs?: number;
}

/**
 * The servers of this host, by their processes alone, without a login. Memory is the anonymous memory of all processes
 * of the instance; shared memory is left out because each process that touched it shows it again. Rejects with
 * CAPABILITY_UNAVAILABLE where processes cannot be seen.
 */
export async function discoverInstances(options: DiscoverOptions): Promise<DiscoveredInstance[]> {
  const { host, clock } = options;
  const hidden = host.capabilities.find(({ capability }) => capability === 'os.processes');
  if (hidden?.available === false)
    throw new DbvitalsError('CAPABILITY_UNAVAILABLE', `servers cannot be found here: ${hidden.reason}`, {
      remedy: 'dbvitals add NAME URL',
    });
  const root = options.procRoot ?? '/proc';
  const processes = new Map(pidsOf(root).flatMap((pid) => withDescription(host.describe(pid))));
  const groups = groupsOf(processes);
  const pids = groups.flatMap(({ members }) => members);
  const before = host.readProcesses(pids);
  const startedMs = clock.monotonicMs();
  await clock.sleep(options.measureMs ?? 500, options.signal);
  const after = host.readProcesses(pids);
  const elapsedMs = clock.monotonicMs() - startedMs;
  return groups.map(({ main, found, members }) => ({
    engine: found.engine,
    flavour: found.flavour,
    name: found.name,
    pid: main.pid,
    ...completeDetails(root, main, found),
    dataDirectory: found.dataDirectory,
    startedAt: new Date(main.startedAtMs).toISOString(),
    processes: members.length,
    residentBytes: sumOf(members, (pid) => after.get(pid)?.anonBytes ?? null),
    cpuPercent: cpuPercent(members, before, after, elapsedMs),
    container: main.container,
  }));
}

interface Group {
  readonly main: ProcessDescription;
  readonly found: Recognised;
  readonly members: readonly number[];
}

/** Main processes and all their descendants; Oracle's processes are siblings that share the SID in their names. */
function groupsOf(processes: ReadonlyMap<number, ProcessDescription>): Group[] {
  const children = new Map<number, number[]>();
  for (const { pid, parentPid } of processes.values())
    children.set(parentPid, [...(children.get(parentPid) ?? []), pid]);
  const descendants = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(descendants)];
  return [...processes.values()].flatMap((main) => {
    const found = recognise(main, processes.get(main.parentPid) ?? null);
    if (found === null) return [];
    const members =
      found.engine === 'oracle' ? oracleMembers(processes, found.name ?? '') : descendants(main.pid);
    return [{ main, found, members }];
  });
}

function oracleMembers(processes: ReadonlyMap<number, ProcessDescription>, sid: string): number[] {
  return [...processes.values()]
    .filter(({ commandLine }) => commandLine.endsWith(`_${sid}`) || commandLine.startsWith(`oracle${sid} `))
    .map(({ pid }) => pid);
}

function cpuPercent(
  pids: readonly number[],
  before: ReadonlyMap<number, ProcessReading>,
  after: ReadonlyMap<number, ProcessReading>,
  elapsedMs: number,
): number | null {
  const usedNs = sumOf(pids, (pid) => {
    const [from, to] = [before.get(pid), after.get(pid)];
    return from === undefined || to === undefined ? null : to.cpuNs - from.cpuNs;
  });
  return usedNs === null || elapsedMs <= 0 ? null : usedNs / 1e4 / elapsedMs;
}

function sumOf(pids: readonly number[], value: (pid: number) => number | null): number | null {
  const known = pids.map(value).filter((each): each is number => each !== null);
  return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0);
}

function pidsOf(root: string): number[] {
  return readdirSync(root)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function withDescription(process: ProcessDescription | null): [number, ProcessDescription][] {
  return process === null ? [] : [[process.pid, process]];
}
