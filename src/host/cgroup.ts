import type { CgroupReading } from '../core/host-reading.js';
import { readText } from './describe.js';
import { cgroupPathOf, parseCgroupPaths, parseCpuLimit, parseKeyed } from './parse/cgroup.js';

/**
 * Limits and throttling of the control group of `pid`: cpu.max, cpu.stat, memory.max, memory.current (v2), or the files
 * of the controllers cpu, cpuacct and memory (v1), each with a path of its own. Null without a group of its own: the root
 * counts the whole host. Inside a container the root of its mount is its group; that one has the files of a limit.
 */
export function readCgroup(root: string, sysRoot: string, pid: number): CgroupReading | null {
  const paths = parseCgroupPaths(readText(`${root}/${pid}/cgroup`));
  const path = cgroupPathOf(paths);
  if (path === null) return null;
  const limits = paths.controllers.has('cpu')
    ? readControllers(`${sysRoot}/fs/cgroup`, paths.controllers)
    : readUnified(`${sysRoot}/fs/cgroup${paths.unified}`);
  return limits === null ? null : { path, ...limits };
}

type Limits = Omit<CgroupReading, 'path'>;

function readUnified(at: string): Limits | null {
  const read = (name: string) => readText(`${at}/${name}`);
  const quota = read('cpu.max');
  const memory = read('memory.max');
  // The root of the host has neither.
  if (quota === '' && memory === '') return null;
  const stat = parseKeyed(read('cpu.stat'));
  return {
    cpuLimitCores: parseCpuLimit(quota),
    cpuUsedNs: times(stat.get('usage_usec'), 1000),
    throttledNs: times(stat.get('throttled_usec'), 1000),
    throttledPeriods: stat.get('nr_throttled') ?? null,
    memoryLimitBytes: numberOf(memory),
    memoryUsedBytes: numberOf(read('memory.current')),
    memoryInactiveFileBytes: parseKeyed(read('memory.stat')).get('inactive_file') ?? null,
  };
}

function readControllers(mount: string, controllers: ReadonlyMap<string, string>): Limits | null {
  const read = (controller: string, name: string) => {
    const path = controllers.get(controller);
    return path === undefined ? '' : readText(`${mount}/${controller}${path}/${name}`);
  };
  const quota = read('cpu', 'cpu.cfs_quota_us');
  const memoryLimitBytes = limitOf(numberOf(read('memory', 'memory.limit_in_bytes')));
  // The root of the host has no quota, and no limit of memory.
  if (quota === '' && memoryLimitBytes === null) return null;
  const stat = parseKeyed(quota === '' ? '' : read('cpu', 'cpu.stat'));
  return {
    cpuLimitCores: parseCpuLimit(quota, read('cpu', 'cpu.cfs_period_us')),
    cpuUsedNs: quota === '' ? null : numberOf(read('cpuacct', 'cpuacct.usage')),
    throttledNs: stat.get('throttled_time') ?? null,
    throttledPeriods: stat.get('nr_throttled') ?? null,
    memoryLimitBytes,
    ...(memoryLimitBytes === null
      ? { memoryUsedBytes: null, memoryInactiveFileBytes: null }
      : {
          memoryUsedBytes: numberOf(read('memory', 'memory.usage_in_bytes')),
          memoryInactiveFileBytes:
            parseKeyed(read('memory', 'memory.stat')).get('total_inactive_file') ?? null,
        }),
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
