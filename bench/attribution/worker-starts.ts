import type { AttributionTick } from '../../src/core/usage.js';
import type { Trace, Truth } from './trace.js';

/**
 * Truth of a workload whose statements all start the same number of parallel workers. The executor's count leaves out
 * forking a worker, its start and its end, which a call costs as much as its workers do; what the server's processes were
 * measured to use beyond the executor is therefore shared among the calls alike.
 */
export function withWorkerStarts({ ticks, truth }: Trace): Truth {
  const calls = new Map<string, number>();
  for (const { digest, calls: more } of ticks.flatMap(({ statements }) => statements ?? []))
    if (truth.cpuNs.has(digest)) calls.set(digest, (calls.get(digest) ?? 0) + more);
  const allCalls = [...calls.values()].reduce((sum, each) => sum + each, 0);
  const executorNs = [...truth.cpuNs.values()].reduce((sum, each) => sum + each, 0);
  const measuredNs = ticks.slice(1).reduce((sum, tick) => sum + statementsNs(tick), 0);
  const aroundNs = (measuredNs - executorNs) / allCalls;
  return {
    ...truth,
    cpuNs: new Map(
      [...truth.cpuNs].map(([digest, ns]) => [digest, ns + (calls.get(digest) ?? 0) * aroundNs]),
    ),
  };
}

/** All but what the server lists as its own processes and the monitor's sessions. */
function statementsNs({ processes, endedCpuNs, sessions, ownSessionIds }: AttributionTick): number {
  const others = new Set(
    sessions
      .filter(({ kind, id }) => ownSessionIds.has(id) || (kind !== 'client' && kind !== 'parallelWorker'))
      .map(({ osPid }) => osPid),
  );
  return [...processes].reduce((sum, [pid, { cpuNs }]) => (others.has(pid) ? sum : sum + cpuNs), endedCpuNs);
}
