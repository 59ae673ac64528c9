import { cpus, loadavg } from 'node:os';
import type { HostReading } from '../core/host-reading.js';

/** What is used of the library `systeminformation`. Its answers are null where a platform does not have them. */
export type SystemLibrary = Pick<
  typeof import('systeminformation'),
  'mem' | 'fsStats' | 'disksIO' | 'networkStats'
>;

/**
 * The totals of a host that is not Linux. CPU times and load come from where the library has them too (Node's `os`),
 * because the library gives differences since whoever asked last. A part that fails is unknown.
 */
export async function readElsewhere(library: SystemLibrary, platform: NodeJS.Platform): Promise<HostReading> {
  const [memory, bytes, operations, interfaces] = await Promise.all([
    known(library.mem()),
    known(library.fsStats()),
    known(library.disksIO()),
    known(library.networkStats('*')),
  ]);
  // Windows has no load average: Node answers 0.
  const [load1 = null, load5 = null, load15 = null] = platform === 'win32' ? [] : loadavg();
  return {
    atMs: Date.now(),
    cpuCount: cpus().length,
    cpu: cpuTimes(),
    contextSwitches: null,
    load1,
    load5,
    load15,
    memory: memoryOf(memory),
    pressure: { cpuSomeUs: null, memorySomeUs: null, memoryFullUs: null, ioSomeUs: null, ioFullUs: null },
    disks: bytes === null && operations === null ? [] : [disksOf(bytes, operations)],
    interfaces: (interfaces ?? []).map((each) => ({
      name: each.iface,
      receivedBytes: each.rx_bytes,
      sentBytes: each.tx_bytes,
      receiveDrops: each.rx_dropped,
      sendDrops: each.tx_dropped,
    })),
  };
}

async function known<T>(answer: Promise<T | null>): Promise<T | null> {
  try {
    return (await answer) ?? null;
  } catch {
    return null;
  }
}

function cpuTimes(): HostReading['cpu'] {
  const total = (of: (times: ReturnType<typeof cpus>[number]['times']) => number) =>
    cpus().reduce((sum, { times }) => sum + of(times) * 1e6, 0);
  return {
    userNs: total(({ user, nice }) => user + nice),
    systemNs: total(({ sys, irq }) => sys + irq),
    idleNs: total(({ idle }) => idle),
    ioWaitNs: null,
    stealNs: null,
  };
}

function memoryOf(memory: Awaited<ReturnType<SystemLibrary['mem']>> | null): HostReading['memory'] {
  return {
    totalBytes: memory?.total ?? null,
    availableBytes: memory?.available ?? null,
    // 0 is the library's word for "this platform does not say".
    cachedBytes: memory?.cached || null,
    dirtyBytes: memory?.dirty ?? null,
    swapTotalBytes: memory?.swaptotal ?? null,
    swapFreeBytes: memory?.swapfree ?? null,
    swapInPages: null,
    swapOutPages: null,
    majorFaults: null,
    refaultFilePages: null,
  };
}

function disksOf(
  bytes: Awaited<ReturnType<SystemLibrary['fsStats']>> | null,
  operations: Awaited<ReturnType<SystemLibrary['disksIO']>> | null,
): HostReading['disks'][number] {
  return {
    device: 'all',
    reads: operations?.rIO ?? null,
    readBytes: bytes?.rx ?? null,
    readMs: null,
    writes: operations?.wIO ?? null,
    writeBytes: bytes?.wx ?? null,
    writeMs: null,
    inFlight: null,
    busyMs: null,
  };
}
