import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import type { AttributionTick } from '../core/usage.js';
import { add, type Entries, splitExactly } from './entries.js';

interface Reader {
  readonly session: SessionRow;
  readonly digest: string;
  bytes: number;
}

/** One read of the largest size that PostgreSQL combines by default (io_combine_limit). */
const TYPICAL_READ_BYTES = 128 * 1024;
/** Half of what was seen is forgotten in seven ticks: one tick alone rarely catches a read under way. */
const DECAY_PER_TICK = 0.9;

/**
 * PostgreSQL 18 reads through io workers. What a worker used goes to the statements whose reads were seen under way
 * lately (pg_aios, or a session waiting for a read), by their bytes; the server does not say more while they run.
 */
export class Readers {
  readonly #lately = new Map<string, Reader>();

  observe(input: AttributionTick, byId: ReadonlyMap<string, SessionRow>): void {
    for (const [key, reader] of this.#lately) {
      reader.bytes *= DECAY_PER_TICK;
      if (reader.bytes < 1024) this.#lately.delete(key);
    }
    for (const session of input.sessions) {
      const waiting = session.waitClass === 'ioDataRead' ? TYPICAL_READ_BYTES : 0;
      const bytes = Math.max(input.ioInFlight?.get(session.id) ?? 0, waiting);
      const owner = byId.get(session.leaderId ?? '') ?? session;
      if (bytes === 0 || owner.digest === null) continue;
      const key = `${owner.digest}/${owner.database}/${owner.user}/${owner.application}`;
      this.#lately.set(key, {
        session: owner,
        digest: owner.digest,
        bytes: (this.#lately.get(key)?.bytes ?? 0) + bytes,
      });
    }
  }

  /** False when nobody was seen reading: the cost stays the worker's own. */
  share(cost: ProcessCost, entries: Entries): boolean {
    const readers = [...this.#lately.values()];
    if (readers.length === 0) return false;
    const weights = readers.map(({ bytes }) => bytes);
    const cpu = splitExactly(cost.cpuNs, weights);
    const runQueue = splitExactly(cost.runQueueNs ?? 0, weights);
    const reads = splitExactly(cost.readBytes ?? 0, weights);
    const writes = splitExactly(cost.writeBytes ?? 0, weights);
    for (const [index, { session, digest }] of readers.entries()) {
      const entry = entries.statement(session, digest);
      const cpuNs = cpu[index] as number;
      add(entry, {
        cpuNs,
        runQueueNs: runQueue[index] as number,
        readBytes: cost.readBytes === null ? null : (reads[index] as number),
        writeBytes: cost.writeBytes === null ? null : (writes[index] as number),
      });
      entry.cpuErrorNs = Math.hypot(entry.cpuErrorNs, readers.length > 1 ? cpuNs / 2 : 0);
    }
    return true;
  }

  clear(): void {
    this.#lately.clear();
  }
}
