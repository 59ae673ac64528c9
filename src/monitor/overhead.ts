import type { OverheadItem } from '../core/instance-report.js';

/** What this process itself used, all instances together. */
export function ownOverhead(): OverheadItem {
  const { user, system } = process.cpuUsage();
  return {
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
