import type { Finding } from '../../core/report.js';
import type { CounterSample } from '../../core/samples.js';

const CPU_LIMIT = 'cgroup.cpuLimitCores';
const THROTTLED = 'cgroup.throttledNs';
const MEMORY_LIMIT = 'cgroup.memoryLimitBytes';
const MEMORY_USED = 'cgroup.memoryUsedBytes';
const INACTIVE_FILE = 'cgroup.memoryInactiveFileBytes';

/** Of the control group that the server runs in (cpu.max and cpu.stat, memory.max and memory.current). */
export const LIMIT_COUNTERS: readonly string[] = [
  CPU_LIMIT,
  THROTTLED,
  MEMORY_LIMIT,
  MEMORY_USED,
  INACTIVE_FILE,
];

/** Less is noise of a burst. */
const THROTTLED_SHARE = 0.05;
/** Of the limit, cache that nobody used lately left out: what is used lately is at stake then. */
const MEMORY_SHARE = 0.95;

/** Limits of the server's control group that held it back in the window. */
export function limitFindings(samples: readonly CounterSample[], at: string): Finding[] {
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const last = (name: string) => of(name).at(-1)?.value ?? null;
  return [
    ...throttled(of(THROTTLED), last(CPU_LIMIT), at),
    ...nearMemoryLimit((last(MEMORY_USED) ?? 0) - (last(INACTIVE_FILE) ?? 0), last(MEMORY_LIMIT), at),
  ];
}

function throttled(samples: readonly CounterSample[], limitCores: number | null, at: string): Finding[] {
  const sum = (value: (sample: CounterSample) => number) =>
    samples.reduce((all, sample) => all + value(sample), 0);
  const [throttledMs, watchedMs] = [sum(({ value }) => value) / 1e6, sum(({ elapsedMs }) => elapsedMs)];
  if (watchedMs === 0 || throttledMs < THROTTLED_SHARE * watchedMs) return [];
  return [
    {
      code: 'CPU_LIMITED',
      severity: 'warning',
      confidence: 0.95,
      title: 'The CPU limit of its control group holds the server back, however idle the host is',
      evidence: [
        { what: 'made to stand still', value: Math.round(throttledMs), unit: 'ms', at },
        { what: 'watched for', value: Math.round(watchedMs), unit: 'ms', at },
        { what: 'limit', value: limitCores ?? 'unknown', unit: 'CPUs', at },
      ],
      advice:
        'Raise its cpu.max (CPUQuota=, the limit of the container), or let fewer sessions work at once.',
    },
  ];
}

function nearMemoryLimit(usedBytes: number, limitBytes: number | null, at: string): Finding[] {
  if (limitBytes === null || usedBytes < MEMORY_SHARE * limitBytes) return [];
  return [
    {
      code: 'MEMORY_LIMIT_NEAR',
      severity: 'warning',
      confidence: 0.7,
      title: 'The control group of the server has nearly all the memory that it may have',
      evidence: [
        { what: 'used, without cache that nobody used lately', value: usedBytes, unit: 'bytes', at },
        { what: 'limit', value: limitBytes, unit: 'bytes', at },
      ],
      advice:
        'Beyond it the kernel takes cache that is in use, which then is read from disk again, and at last kills a process of the server: raise the limit, or lower what the server keeps and what sessions may use.',
    },
  ];
}
