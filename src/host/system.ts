import type { CgroupReading, HostReading } from '../core/host-reading.js';
import { readText } from './describe.js';
import type { Descriptors } from './descriptors.js';
import { parseCgroupPath, parseCpuLimit, parseKeyed } from './parse/cgroup.js';
import { parseDiskstats, parseMeminfo, parseNetDev, parsePressure, parseSystemStat } from './parse/system.js';

/** The whole host, from /proc/{stat,loadavg,meminfo,vmstat,diskstats,net/dev,pressure}. About 0.2 ms. */
export function readSystem(root: string, files: Descriptors, cgroup: CgroupReading | null): HostReading {
  const read = (name: string) => files.read(`${root}/${name}`) ?? '';
  const stat = parseSystemStat(read('stat'));
  const [load1 = 0, load5 = 0, load15 = 0] = read('loadavg').split(' ').map(Number);
  const pressure = (name: string) => parsePressure(read(`pressure/${name}`));
  const [cpu, memory, io] = [pressure('cpu'), pressure('memory'), pressure('io')];
  return {
    atMs: Date.now(),
    cpuCount: stat.cpuCount,
    cpu: stat.cpu,
    contextSwitches: stat.contextSwitches,
    load1,
    load5,
    load15,
    memory: memoryOf(parseMeminfo(read('meminfo')), parseKeyed(read('vmstat'))),
    pressure: {
      cpuSomeUs: cpu.someUs,
      memorySomeUs: memory.someUs,
      memoryFullUs: memory.fullUs,
      ioSomeUs: io.someUs,
      ioFullUs: io.fullUs,
    },
    disks: parseDiskstats(read('diskstats')),
    interfaces: parseNetDev(read('net/dev')),
    cgroup,
  };
}

/** Limits and throttling of the control group of `pid`, null where it has none of its own. */
export function readCgroup(root: string, sysRoot: string, pid: number | 'self'): CgroupReading | null {
  const found = parseCgroupPath(readText(`${root}/${pid}/cgroup`));
  if (found === null) return null;
  const { path, version } = found;
  const v2 = (name: string) => readText(`${sysRoot}/fs/cgroup${path}/${name}`);
  const v1 = (controller: string, name: string) =>
    readText(`${sysRoot}/fs/cgroup/${controller}${path}/${name}`);
  const stat = parseKeyed(version === 2 ? v2('cpu.stat') : v1('cpu', 'cpu.stat'));
  const memoryLimit = version === 2 ? v2('memory.max') : v1('memory', 'memory.limit_in_bytes');
  const memoryUsed = version === 2 ? v2('memory.current') : v1('memory', 'memory.usage_in_bytes');
  const usedUs = stat.get('usage_usec');
  const throttledUs = stat.get('throttled_usec');
  return {
    path,
    version,
    cpuLimitCores:
      version === 2
        ? parseCpuLimit(v2('cpu.max'))
        : parseCpuLimit(v1('cpu', 'cpu.cfs_quota_us'), v1('cpu', 'cpu.cfs_period_us')),
    cpuUsedNs: version === 2 ? times(usedUs, 1000) : numberOf(v1('cpuacct', 'cpuacct.usage')),
    throttledNs: version === 2 ? times(throttledUs, 1000) : (stat.get('throttled_time') ?? null),
    throttledPeriods: stat.get('nr_throttled') ?? null,
    memoryLimitBytes: limitOf(numberOf(memoryLimit)),
    memoryUsedBytes: numberOf(memoryUsed),
  };
}

function memoryOf(
  memory: ReadonlyMap<string, number>,
  vm: ReadonlyMap<string, number>,
): HostReading['memory'] {
  return {
    totalBytes: memory.get('MemTotal') ?? null,
    availableBytes: memory.get('MemAvailable') ?? null,
    cachedBytes: memory.get('Cached') ?? null,
    dirtyBytes: memory.get('Dirty') ?? null,
    swapTotalBytes: memory.get('SwapTotal') ?? null,
    swapFreeBytes: memory.get('SwapFree') ?? null,
    swapInPages: vm.get('pswpin') ?? null,
    swapOutPages: vm.get('pswpout') ?? null,
    majorFaults: vm.get('pgmajfault') ?? null,
    refaultFilePages: vm.get('workingset_refault_file') ?? null,
  };
}

function numberOf(text: string): number | null {
  const value = Number.parseInt(text, 10);
  return Number.isNaN(value) ? null : value;
}

/** v1 says "no limit" with a number near 2^63. */
function limitOf(bytes: number | null): number | null {
  return bytes === null || bytes > 2 ** 60 ? null : bytes;
}

function times(value: number | undefined, factor: number): number | null {
  return value === undefined ? null : value * factor;
}
