import { expect, it } from 'vitest';
import { OwnCpu } from '../../../src/collector/locks/own-cpu.js';
import type { HostReader } from '../../../src/core/host.js';
import type { SessionRow } from '../../../src/core/session.js';

const host = {
  readProcesses: ([pid]: readonly number[]) => new Map([[pid, { cpuNs: (pid as number) * 1e6 }]]),
  readThreads: (_pid: number, [tid]: readonly number[]) => new Map([[tid, { cpuNs: (tid as number) * 2e6 }]]),
} as unknown as HostReader;
const session = (id: string, osPid: number | null, osTid: number | null) =>
  ({ id, osPid, osTid }) as SessionRow;
const own = new Set(['7', '8']);

it('is that of the process, or of the thread', () => {
  const processes = new OwnCpu(host, true);
  processes.see([session('7', 7, null), session('9', 9, null)], own);
  expect(processes.usedMs('7')).toBe(7);
  const threads = new OwnCpu(host, true);
  threads.see([session('7', 1, 71)], own);
  expect(threads.usedMs('7')).toBe(142);
});

it('is known of a connection that no tick has seen yet, where ids are pids of this host', () => {
  const cpu = new OwnCpu(host, true);
  expect(cpu.usedMs('8')).toBeNull();
  cpu.see([session('7', 7, null)], own);
  expect(cpu.usedMs('8')).toBe(8);
  const inContainer = new OwnCpu(host, true);
  inContainer.see([session('7', 4711, null)], own);
  expect(inContainer.usedMs('8')).toBeNull();
});

it('is unknown elsewhere', () => {
  const cpu = new OwnCpu(host, false);
  cpu.see([session('7', 7, null)], own);
  expect(cpu.usedMs('7')).toBeNull();
});
