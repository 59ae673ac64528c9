import type { ProcessCost } from '../core/process.js';

/**
 * A task that slept (a backend waiting for its client) gets a CPU at once and keeps it for about this long before it
 * queues with the others: 1.2-1.8 ms fit recorded traces of two to eight runnable backends on two CPUs (bench/attribution).
 */
const UNDISTURBED_MS = 1.5;
/** Executions of one statement differ; this part of their mean as standard deviation stands for all of them. */
const SPREAD = 0.7;
const ROUNDS = 4;

/**
 * CPU time of one execution of a statement whose executions ran for `runningMs` on average (less their waits), where
 * processes queue `queuedPerCpu` seconds for each second of CPU (/proc/<pid>/schedstat). What an execution needs beyond
 * the undisturbed time is queued for in proportion: short executions are hardly ever preempted. Newton's method from above.
 */
export function onCpuMs(runningMs: number, queuedPerCpu: number): number {
  if (queuedPerCpu <= 0 || runningMs <= 0) return runningMs;
  let cpuMs = Math.min(runningMs, (runningMs + queuedPerCpu * UNDISTURBED_MS) / (1 + queuedPerCpu));
  for (let round = 0; round < ROUNDS; round += 1) {
    const { beyondMs, rise } = beyond(cpuMs);
    cpuMs -= (cpuMs + queuedPerCpu * beyondMs - runningMs) / (1 + queuedPerCpu * rise);
  }
  return cpuMs;
}

/** Mean of what normally distributed executions need beyond the undisturbed time, and how it rises with their mean. */
function beyond(meanMs: number): { readonly beyondMs: number; readonly rise: number } {
  const deviation = SPREAD * meanMs;
  const z = (meanMs - UNDISTURBED_MS) / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const below = normalBelow(z);
  return {
    beyondMs: deviation * density + (meanMs - UNDISTURBED_MS) * below,
    rise: SPREAD * density + below,
  };
}

/** Standard normal distribution, to 1e-4: a logistic curve with a cubic term (Bowling et al. 2009). */
function normalBelow(z: number): number {
  return 1 / (1 + Math.exp(-(0.07056 * z ** 3 + 1.5976 * z)));
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
