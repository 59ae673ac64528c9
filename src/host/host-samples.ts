import { increaseOf } from '../core/delta.js';
import type { HostReading } from '../core/host-reading.js';
import type { HostSample } from '../core/samples.js';

/** Two readings of the host as records: counters as increases, gauges as they are. Pure. */
export function hostSamples(previous: HostReading, next: HostReading): HostSample[] {
  const elapsedMs = next.atMs - previous.atMs;
  const samples: HostSample[] = [];
  const gauge = (name: string, value: number | null, object = '') => {
    if (value !== null) samples.push({ atMs: next.atMs, name, object, kind: 'gauge', value, elapsedMs: 0 });
  };
  const counter = (name: string, before: number | null | undefined, now: number | null, object = '') => {
    const value = increaseOf(before ?? null, now);
    // A clock that stepped back makes a gap, not a negative interval.
    if (value !== null && elapsedMs > 0)
      samples.push({ atMs: next.atMs, name, object, kind: 'counter', value, elapsedMs });
  };
  for (const key of ['load1', 'load5', 'load15', 'cpuCount'] as const) gauge(key, next[key]);
  counter('contextSwitches', previous.contextSwitches, next.contextSwitches);
  for (const [key, value] of Object.entries(next.cpu)) {
    counter(`cpu.${key}`, previous.cpu[key as keyof HostReading['cpu']], value);
  }
  for (const [key, value] of Object.entries(next.memory)) {
    if (key.endsWith('Bytes')) gauge(`memory.${key}`, value);
    else counter(`memory.${key}`, previous.memory[key as keyof HostReading['memory']], value);
  }
  for (const [key, value] of Object.entries(next.pressure)) {
    counter(`pressure.${key}`, previous.pressure[key as keyof HostReading['pressure']], value);
  }
  devices('disk', 'device', previous.disks, next.disks);
  devices('interface', 'name', previous.interfaces, next.interfaces);
  return samples;

  function devices<T extends object>(prefix: string, key: keyof T, before: readonly T[], now: readonly T[]) {
    for (const device of now) {
      const old = before.find((candidate) => candidate[key] === device[key]);
      for (const [field, value] of Object.entries(device)) {
        if (field === key) continue;
        if (field === 'inFlight') gauge(`${prefix}.${field}`, value as number | null, String(device[key]));
        else
          counter(
            `${prefix}.${field}`,
            old?.[field as keyof T] as number | null | undefined,
            value as number | null,
            String(device[key]),
          );
      }
    }
  }
}
