import type { SessionRow } from '../core/session.js';
import type { AttributionTick } from '../core/usage.js';
import { type Amount, splitExactly } from './entries.js';

/**
 * A thread pool's threads run whichever session comes next, and the server does not say which. What they used in a tick
 * is shared alike by the sessions seen on CPU at its end, else by all that ran something; with none seen it stays without
 * an owner (null). An estimate, which the server's counters correct when they settle the pool.
 */
export function sharedAmounts({
  processes,
  sharedTasks,
  sessions,
  ownSessionIds,
}: AttributionTick): [SessionRow | null, Amount][] {
  const costs = [...(sharedTasks ?? [])].flatMap((task) => processes.get(task) ?? []);
  if (costs.length === 0) return [];
  const total = (of: (cost: (typeof costs)[number]) => number | null) => {
    const known = costs.flatMap((cost) => of(cost) ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  };
  const all: Amount = {
    cpuNs: total((cost) => cost.cpuNs) ?? 0,
    runQueueNs: total((cost) => cost.runQueueNs) ?? 0,
    readBytes: total((cost) => cost.readBytes),
    writeBytes: total((cost) => cost.writeBytes),
  };
  const active = sessions.filter(
    ({ id, kind, state }) => kind === 'client' && state === 'active' && !ownSessionIds.has(id),
  );
  const onCpu = active.filter(({ waitClass }) => waitClass === 'cpu');
  const runners = onCpu.length > 0 ? onCpu : active;
  if (runners.length === 0) return [[null, all]];
  const share = (amount: number) =>
    splitExactly(
      amount,
      runners.map(() => 1),
    );
  const [cpu, queue] = [share(all.cpuNs), share(all.runQueueNs)];
  const reads = all.readBytes === null ? null : share(all.readBytes);
  const writes = all.writeBytes === null ? null : share(all.writeBytes);
  return runners.map((session, index) => [
    session,
    {
      cpuNs: cpu[index] as number,
      runQueueNs: queue[index] as number,
      readBytes: reads === null ? null : (reads[index] as number),
      writeBytes: writes === null ? null : (writes[index] as number),
    },
  ]);
}
