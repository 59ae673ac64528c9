import fc from 'fast-check';
import { expect, it } from 'vitest';
import { onCpuMs } from '../../src/attribution/run-queue.js';

const runningMs = fc.double({ min: 1e-3, max: 1e5, noNaN: true });
const queued = fc.double({ min: 0, max: 50, noNaN: true });

it('is never more than the running time, and rises with it', () => {
  fc.assert(
    fc.property(runningMs, queued, (ms, queuedPerCpu) => {
      const cpuMs = onCpuMs(ms, queuedPerCpu);
      expect(cpuMs).toBeGreaterThan(0);
      expect(cpuMs).toBeLessThanOrEqual(ms * (1 + 1e-9));
      expect(onCpuMs(ms * 1.5, queuedPerCpu)).toBeGreaterThan(cpuMs);
    }),
  );
});

it('takes short executions for CPU, and of long ones what the queue leaves', () => {
  expect(onCpuMs(0.05, 4)).toBeCloseTo(0.05, 3);
  expect(onCpuMs(1_000, 4)).toBeCloseTo(200, -1);
  expect(onCpuMs(3, 0)).toBe(3);
});

/** Means of the server's count and the kernel's, 60 s of PostgreSQL 15 with eight busy sessions on two CPUs. */
it.each([
  [86.5, 3.89, 18.65],
  [23.9, 3.89, 5.99],
  [3.69, 3.89, 1.61],
  [0.22, 4, 0.207],
])('recorded: %f ms at %f seconds queued per second', (ms, queuedPerCpu, cpuMs) => {
  expect(Math.abs(onCpuMs(ms, queuedPerCpu) / cpuMs - 1)).toBeLessThan(0.1);
});
