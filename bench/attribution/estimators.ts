import { createAttributor } from '../../src/attribution/index.js';
import { COUNTERS_EVERY_MS } from '../../src/collector/deadlines.js';
import { statementIdOf } from '../../src/core/ids.js';
import { taskOf } from '../../src/core/session-key.js';
import type { UsageEntry } from '../../src/core/usage.js';
import type { Trace } from './trace.js';

export type Shares = ReadonlyMap<string, number>;

/** The product's own ledger, run over the trace. */
export function ledger({ ticks, truth }: Trace): {
  readonly cpu: Shares;
  readonly reads: Shares;
  readonly entries: readonly UsageEntry[];
  readonly measuredNs: number;
} {
  const attributor = createAttributor({ instance: 'bench' });
  const entries: UsageEntry[] = [];
  let measuredNs = 0;
  let drainedAtMs = ticks[0]?.atMs ?? 0;
  for (const tick of ticks.slice(1)) {
    attributor.tick(tick);
    if (tick.atMs - drainedAtMs >= COUNTERS_EVERY_MS) {
      entries.push(...attributor.drain(tick.atMs));
      drainedAtMs = tick.atMs;
    }
    measuredNs += tick.endedCpuNs + [...tick.processes.values()].reduce((sum, { cpuNs }) => sum + cpuNs, 0);
  }
  entries.push(...attributor.drain(ticks.at(-1)?.atMs ?? 0));
  attributor.reset();
  entries.push(...attributor.drain(ticks.at(-1)?.atMs ?? 0));
  const digests = new Map([...truth.cpuNs.keys()].map((digest) => [statementIdOf('bench', digest), digest]));
  const [cpu, reads] = [new Map<string, number>(), new Map<string, number>()];
  for (const { statementId, cpuNs, readBytes } of entries) {
    const digest = digests.get(statementId ?? '');
    if (digest === undefined) continue;
    cpu.set(digest, (cpu.get(digest) ?? 0) + cpuNs);
    reads.set(digest, (reads.get(digest) ?? 0) + (readBytes ?? 0));
  }
  return { cpu, reads, entries, measuredNs };
}

/** Naive: the whole tick's CPU to the statement seen at its end. */
export function tickEnd({ ticks }: Trace): Shares {
  return sumBy(ticks, (tick, session) => tick.processes.get(taskOf(session) ?? -1)?.cpuNs ?? 0, true);
}

/** Naive: active session history, one second of CPU per sample without a wait. */
export function ashCounts({ ticks }: Trace): Shares {
  return sumBy(ticks, (_, session) => (session.waitClass === 'cpu' ? 1 : 0), true);
}

/** Naive: the server's execution time. */
export function elapsedTime({ ticks }: Trace): Shares {
  const sums = new Map<string, number>();
  for (const { digest, execMs, topLevel } of ticks.slice(1).flatMap(({ statements }) => statements ?? [])) {
    if (topLevel) sums.set(digest, (sums.get(digest) ?? 0) + execMs);
  }
  return sums;
}

/** Half the sum of differences of shares, over the digests that the truth knows. */
export function distance(estimate: Shares, truth: Shares): number {
  const total = (shares: Shares) =>
    [...truth.keys()].reduce((sum, digest) => sum + (shares.get(digest) ?? 0), 0);
  const [a, b] = [total(estimate), total(truth)];
  return (
    [...truth.keys()].reduce(
      (sum, digest) => sum + Math.abs((estimate.get(digest) ?? 0) / a - (truth.get(digest) ?? 0) / b),
      0,
    ) / 2
  );
}

/** Median relative error of the statements above 1 % of the truth. */
export function medianError(estimate: Shares, truth: Shares): number {
  const total = [...truth.values()].reduce((sum, value) => sum + value, 0);
  const errors = [...truth]
    .filter(([, value]) => value > total / 100)
    .map(([digest, value]) => Math.abs((estimate.get(digest) ?? 0) - value) / value)
    .sort((a, b) => a - b);
  const half = errors.length / 2;
  return ((errors[Math.ceil(half) - 1] ?? 0) + (errors[Math.floor(half)] ?? 0)) / 2;
}

function sumBy(
  ticks: Trace['ticks'],
  value: (tick: Trace['ticks'][number], session: Trace['ticks'][number]['sessions'][number]) => number,
  skipFirst: boolean,
): Shares {
  const sums = new Map<string, number>();
  for (const tick of ticks.slice(skipFirst ? 1 : 0)) {
    const leaders = new Map(tick.sessions.map((session) => [session.id, session]));
    for (const session of tick.sessions) {
      const digest = (leaders.get(session.leaderId ?? '') ?? session).digest;
      if (digest !== null) sums.set(digest, (sums.get(digest) ?? 0) + value(tick, session));
    }
  }
  return sums;
}
