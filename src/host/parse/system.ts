import type { DiskReading, InterfaceReading } from '../../core/host-reading.js';

/** User-space clock ticks per second: 100 on every Linux ABI (sysconf(_SC_CLK_TCK)). */
export const CLOCK_TICKS = 100;
export const NS_PER_TICK = 1e9 / CLOCK_TICKS;
const SECTOR_BYTES = 512;

/** First line, `btime` and `ctxt` of /proc/stat. */
export function parseSystemStat(text: string) {
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = (
    /^cpu +(.*)$/m.exec(text)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return {
    cpu: {
      userNs: (user + nice) * NS_PER_TICK,
      systemNs: (system + irq + softIrq) * NS_PER_TICK,
      idleNs: idle * NS_PER_TICK,
      ioWaitNs: ioWait * NS_PER_TICK,
      stealNs: steal * NS_PER_TICK,
    },
    cpuCount: text.match(/^cpu\d+ /gm)?.length ?? 1,
    bootTimeSeconds: Number(/^btime (\d+)/m.exec(text)?.[1] ?? 0),
    contextSwitches: Number(/^ctxt (\d+)/m.exec(text)?.[1] ?? 0),
  };
}

/** /proc/meminfo in bytes by name. */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^(\w+(?:\(\w+\))?): +(\d+)/gm)].map(([, name, kb]) => [
      name as string,
      Number(kb) * 1024,
    ]),
  );
}

/** `total=` of the some and full lines of a /proc/pressure file, microseconds. */
export function parsePressure(text: string): { someUs: number | null; fullUs: number | null } {
  const total = (line: string) => {
    const found = new RegExp(`^${line} .*total=(\\d+)`, 'm').exec(text)?.[1];
    return found === undefined ? null : Number(found);
  };
  return { someUs: total('some'), fullUs: total('full') };
}

/** Whole devices of /proc/diskstats; partitions, loop and ram devices are inside or beside them. */
export function parseDiskstats(text: string): DiskReading[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 14 && isWholeDisk(fields[2] as string))
    .map((fields) => ({
      device: fields[2] as string,
      reads: Number(fields[3]),
      readBytes: Number(fields[5]) * SECTOR_BYTES,
      readMs: Number(fields[6]),
      writes: Number(fields[7]),
      writeBytes: Number(fields[9]) * SECTOR_BYTES,
      writeMs: Number(fields[10]),
      inFlight: Number(fields[11]),
      busyMs: Number(fields[12]),
    }));
}

/** /proc/net/dev without the loopback. */
export function parseNetDev(text: string): InterfaceReading[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name, rest]) => rest !== undefined && name?.trim() !== 'lo')
    .map(([name, rest]) => {
      const fields = (rest as string).trim().split(/\s+/).map(Number);
      return {
        name: (name as string).trim(),
        receivedBytes: fields[0] ?? 0,
        receiveDrops: fields[3] ?? 0,
        sentBytes: fields[8] ?? 0,
        sendDrops: fields[11] ?? 0,
      };
    });
}

function isWholeDisk(device: string): boolean {
  if (/^(loop|ram|zram|sr|fd)\d/.test(device)) return false;
  return !/^((sd|vd|hd|xvd)[a-z]+\d+|(nvme\d+n\d+|mmcblk\d+)p\d+)$/.test(device);
}
