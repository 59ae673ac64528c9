import type { Clock } from '../core/clock.js';
import type { OverheadItem } from '../core/instance-report.js';
import type { SampleReader } from '../core/reader.js';
import { DEFAULT_RANGE, windowOf } from './answers.js';

/** What a collector beside us used for these instances, by the ticks that it kept. */
export async function storedOverhead(
  reader: SampleReader,
  name: string | undefined,
  clock: Clock,
): Promise<OverheadItem[]> {
  const window = windowOf(clock, DEFAULT_RANGE);
  const names = name === undefined ? await reader.instances() : [name];
  const all = await Promise.all(names.map((name) => reader.ticks(name, window)));
  return all.map(({ ticks, missedTicks, monitorCpuNs, monitorServerCpuNs }, index) => ({
    instance: names[index] ?? null,
    probe: 'tick',
    runs: ticks,
    failures: 0,
    skipped: missedTicks,
    meanMs: null,
    rows: 0,
    cpuMs: monitorCpuNs / 1e6,
    serverCpuMs: monitorServerCpuNs === null ? null : monitorServerCpuNs / 1e6,
  }));
}

/** What this process itself used, all instances together. */
export function ownOverhead(): OverheadItem {
  const { user, system } = process.cpuUsage();
  return {
    instance: null,
    probe: 'process',
    runs: 0,
    failures: 0,
    skipped: 0,
    meanMs: null,
    rows: 0,
    cpuMs: (user + system) / 1000,
    serverCpuMs: null,
  };
}
