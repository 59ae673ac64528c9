import { expect, it } from 'vitest';
import { OwnCpu } from '../../../src/collector/locks/own-cpu.js';
import type { HostReader } from '../../../src/core/host.js';
import type { SessionRow } from '../../../src/core/session.js';

const host = {
  readProcesses: ([pid]: readonly number[]) =>
    new Map([[pid, { cpuNs: (pid as number) * 1e6, runQueueNs: pid === process.pid ? 3e6 : 2e6 }]]),
  readThreads: (_pid: number, [tid]: readonly number[]) => new Map([[tid, { cpuNs: (tid as number) * 2e6 }]]),
} as unknown as HostReader;
const session = (id: string, osPid: number | null, osTid: number | null) =>
  ({ id, osPid, osTid }) as SessionRow;
const own = new Set(['7', '8']);

it('is that of the process, or of the thread', () => {
  const processes = new OwnCpu(host, true);
  processes.see([session('7', 7, null), session('9', 9, null)], own);
  expect(processes.use('7')).toMatchObject({ cpuMs: 7 });
  const threads = new OwnCpu(host, true);
  threads.see([session('7', 1, 71)], own);
  expect(threads.use('7')).toMatchObject({ cpuMs: 142 });
});

it('is known of a connection that no tick has seen yet, where ids are pids of this host', () => {
  const cpu = new OwnCpu(host, true);
  expect(cpu.use('8')).toBeNull();
  cpu.see([session('7', 7, null)], own);
  expect(cpu.use('8')).toMatchObject({ cpuMs: 8 });
  const inContainer = new OwnCpu(host, true);
  inContainer.see([session('7', 4711, null)], own);
  expect(inContainer.use('8')).toBeNull();
});

it('comes with the time that the session and this process waited for a CPU', () => {
  const cpu = new OwnCpu(host, true);
  cpu.see([session('7', 7, null)], own);
  expect(cpu.use('7')).toEqual({ cpuMs: 7, queuedMs: 5 });
});

it('is unknown elsewhere', () => {
  const cpu = new OwnCpu(host, false);
  cpu.see([session('7', 7, null)], own);
  expect(cpu.use('7')).toBeNull();
});
