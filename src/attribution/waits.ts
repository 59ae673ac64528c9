import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import type { OpenEntry } from './entries.js';

/**
 * Adds a tick to the wait class a session was seen in. "No wait" is divided by what its process did meanwhile: time on
 * a CPU and time in the run queue.
 */
export function addWait(
  entry: OpenEntry,
  session: SessionRow,
  cost: ProcessCost | null,
  tickMs: number,
): void {
  const waits = entry.waitMs;
  if (session.waitClass !== 'cpu' || cost === null || cost.runQueueNs === null) {
    waits[session.waitClass] = (waits[session.waitClass] ?? 0) + tickMs;
    return;
  }
  const total = cost.cpuNs + cost.runQueueNs;
  const queued = total === 0 ? 0 : (tickMs * cost.runQueueNs) / total;
  waits.cpu = (waits.cpu ?? 0) + tickMs - queued;
  if (queued > 0) waits.cpuQueue = (waits.cpuQueue ?? 0) + queued;
}
