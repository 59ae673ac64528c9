import type { SessionRow } from '../core/session.js';
import { groupKeyOf } from './group-keys.js';

/** What a session cost while it ran more than one statement between two ticks, until the counters tell which. */
export interface Pool {
  readonly key: string;
  /** The row it began with: one for each tick would outlive its tick by many, and rows are most of what is allocated. */
  readonly session: SessionRow;
  cpuNs: number;
  runQueueNs: number;
  /** About one per message of its client. */
  wakeUps: number;
  readBytes: number | null;
  writeBytes: number | null;
  /** Running time seen of the statement at the end of a tick, ms by digest. */
  inFlightMs: Map<string, number>;
}

/** Sessions that are settled each for itself: the work is pools times statements, 55,000 with a thousand sessions. */
const MOST_ALONE = 64;

/** The costliest sessions stay alone; the others become one pool per group, as their rows will be anyway. */
export function merged(pools: readonly Pool[]): Pool[] {
  if (pools.length <= MOST_ALONE) return [...pools];
  const sorted = [...pools].sort(costliestFirst);
  const groups = new Map<string, Pool>();
  for (const pool of sorted.slice(MOST_ALONE)) {
    const key = groupKeyOf(pool.session);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...pool, key, inFlightMs: new Map(pool.inFlightMs) });
    else join(group, pool);
  }
  return [...sorted.slice(0, MOST_ALONE), ...groups.values()];
}

function costliestFirst(a: Pool, b: Pool): number {
  return b.cpuNs - a.cpuNs;
}

function join(group: Pool, pool: Pool): void {
  group.cpuNs += pool.cpuNs;
  group.runQueueNs += pool.runQueueNs;
  group.wakeUps += pool.wakeUps;
  if (pool.readBytes !== null) group.readBytes = (group.readBytes ?? 0) + pool.readBytes;
  if (pool.writeBytes !== null) group.writeBytes = (group.writeBytes ?? 0) + pool.writeBytes;
  for (const [digest, ms] of pool.inFlightMs)
    group.inFlightMs.set(digest, (group.inFlightMs.get(digest) ?? 0) + ms);
}
