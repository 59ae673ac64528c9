import type { ProcessCost } from '../core/process.js';

/**
 * A task that slept (a backend waiting for its client) gets a CPU at once and keeps it for about this long before it
 * queues with the others: 0.7-1.3 ms fit recorded traces of two to eight runnable backends on two CPUs (bench/attribution).
 */
const UNDISTURBED_MS = 0.8;

/**
 * CPU time of one execution that ran for `runningMs` (less its waits), where processes queue `queuedPerCpu` seconds for
 * each second of CPU (/proc/<pid>/schedstat). Short executions are hardly ever preempted, long ones are in proportion.
 */
export function onCpuMs(runningMs: number, queuedPerCpu: number): number {
  return Math.min(runningMs, (runningMs + queuedPerCpu * UNDISTURBED_MS) / (1 + queuedPerCpu));
}

/** The scheduler's slice with a few tasks runnable: a running task is put back into the queue about this often. */
const SLICE_NS = 3e6;

/**
 * How often a process woke up for its client: its time slices, less those that only continued a longer run, less its
 * reads, which it may have slept in. At least one.
 */
export function wakeUpsOf({ timeslices, cpuNs, readCalls }: ProcessCost): number {
  return Math.max(1, (timeslices ?? 0) - cpuNs / SLICE_NS - (readCalls ?? 0));
}
