import type { HostReading } from '../core/host-reading.js';
import type { Descriptors } from './descriptors.js';
import { parseKeyed } from './parse/cgroup.js';
import { parseDiskstats, parseMeminfo, parseNetDev, parsePressure, parseSystemStat } from './parse/system.js';

/** The whole host, from /proc/{stat,loadavg,meminfo,vmstat,diskstats,net/dev,pressure}. About 0.2 ms. */
export function readSystem(root: string, files: Descriptors): HostReading {
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
