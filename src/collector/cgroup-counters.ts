import type { CgroupReading } from '../core/host-reading.js';
import type { CounterReading } from '../core/probe.js';

/** What the control group of the server's main process used and was kept from, as numbers of the instance. Pure. */
export function cgroupCounters(reading: CgroupReading): CounterReading[] {
  const { path, cpuUsedNs, throttledNs, throttledPeriods } = reading;
  const of = (kind: CounterReading['kind'], values: Readonly<Record<string, number | null>>) =>
    Object.entries(values).flatMap(([name, value]): CounterReading[] =>
      // Moved into another group: other counters.
      value === null ? [] : [{ name: `cgroup.${name}`, object: '', kind, value, epoch: path }],
    );
  const { cpuLimitCores, memoryLimitBytes, memoryUsedBytes, memoryInactiveFileBytes } = reading;
  return [
    ...of('counter', { cpuUsedNs, throttledNs, throttledPeriods }),
    ...of('gauge', { cpuLimitCores, memoryLimitBytes, memoryUsedBytes, memoryInactiveFileBytes }),
  ];
}
