import { cpus } from 'node:os';
import type { HostReader } from '../core/host.js';
import { readCgroup } from './cgroup.js';
import { Clients } from './clients.js';
import { describeProcess } from './describe.js';
import { Descriptors } from './descriptors.js';
import { readElsewhere, type SystemLibrary } from './elsewhere.js';
import { capabilitiesElsewhere, hostCapabilities } from './host-capabilities.js';
import { logFiles } from './log-files.js';
import { ProcessFiles } from './processes.js';
import { readSystem } from './system.js';

export { discoverInstances } from './discovery/discover.js';
export { hostSamples } from './host-samples.js';

export interface HostOptions {
  /** Where /proc is mounted; another path in a container that sees its host. */
  readonly procRoot?: string;
  readonly sysRoot?: string;
  /** Kept descriptors; four per process. */
  readonly maxDescriptors?: number;
  readonly platform?: NodeJS.Platform;
  /** What is asked for the host's totals elsewhere than on Linux; the library `systeminformation` unless a test says otherwise. */
  readonly systemLibrary?: () => Promise<SystemLibrary>;
}

/** Node raises the soft limit of open files to the hard one; common hard limits are far above this. */
const MAX_DESCRIPTORS = 16_384;

/** The operating system of this host. Elsewhere than on Linux only its totals are seen, and the capabilities say so. */
export function openHost(options: HostOptions = {}): HostReader {
  const root = options.procRoot ?? '/proc';
  const sysRoot = options.sysRoot ?? '/sys';
  const platform = options.platform ?? process.platform;
  const linux = platform === 'linux';
  const library = options.systemLibrary ?? (() => import('systeminformation'));
  const files = new Descriptors(options.maxDescriptors ?? MAX_DESCRIPTORS);
  const processes = new ProcessFiles(root, files);
  const clients = new Clients(root);
  return {
    capabilities: linux ? hostCapabilities(root, files) : capabilitiesElsewhere(platform),
    cpuCount: cpus().length,
    readProcesses: (pids) => processes.read(linux ? pids : []),
    readThreads: (pid, tids) => processes.readThreads(pid, linux ? tids : []),
    threads: (pid) => (linux ? processes.threads(pid) : []),
    processCpuNs: (pid) => processes.processCpuNs(pid),
    children: (pid) => (linux ? processes.children(pid) : []),
    endedChildrenCpuNs: (pid) => processes.endedChildrenCpuNs(pid),
    describe: (pid) => (linux ? describeProcess(root, pid) : null),
    readCgroup: (pid) => (linux ? readCgroup(root, sysRoot, pid) : null),
    findClient: (endpoint) => (linux ? clients.find(endpoint) : null),
    read: async () => (linux ? readSystem(root, files) : readElsewhere(await library(), platform)),
    logs: logFiles(root),
    close: () => files.close(),
  };
}
