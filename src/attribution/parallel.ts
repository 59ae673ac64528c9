import type { SessionRow } from '../core/session.js';
import { type Amount, add, type Entries, splitExactly } from './entries.js';

const DECAY_PER_TICK = 1 - 1 / 60;

/** Recent enough to be whose workers vanished or began: this many ticks. */
const RECENT_TICKS = 2;

interface Starter {
  readonly session: SessionRow;
  readonly digest: string;
  /** Decaying count of worker samples on CPU. */
  samples: number;
  seenTicksAgo: number;
}

/**
 * Parallel workers often end between two ticks; what they used since the last one is then only in the postmaster's
 * count of ended children. It goes to the statements seen with workers in this tick or lately, by how many of their
 * workers samples found on CPU: the CPU seen would favour long-lived workers, of which a sample sees more. Without such
 * a statement it stays unattributed.
 */
export class EndedWorkers {
  readonly #byStatement = new Map<string, Starter>();

  saw(leader: SessionRow, digest: string, onCpu: boolean): void {
    const key = `${digest}\0${leader.database}\0${leader.user}\0${leader.application}`;
    const samples = (this.#byStatement.get(key)?.samples ?? 0) + (onCpu ? 1 : 0.01);
    this.#byStatement.set(key, { session: leader, digest, samples, seenTicksAgo: 0 });
  }

  /** False when no statement had workers lately. */
  take(amount: Amount, entries: Entries): boolean {
    const recent = [...this.#byStatement.values()].filter(({ seenTicksAgo }) => seenTicksAgo <= RECENT_TICKS);
    if (recent.length === 0) return false;
    const weights = recent.map(({ samples }) => samples);
    const parts = {
      cpuNs: splitExactly(amount.cpuNs, weights),
      runQueueNs: splitExactly(amount.runQueueNs, weights),
      readBytes: amount.readBytes === null ? null : splitExactly(amount.readBytes, weights),
      writeBytes: amount.writeBytes === null ? null : splitExactly(amount.writeBytes, weights),
    };
    for (const [index, { session, digest }] of recent.entries()) {
      const cpuNs = parts.cpuNs[index] as number;
      const entry = entries.statement(session, digest);
      add(entry, {
        cpuNs,
        runQueueNs: parts.runQueueNs[index] as number,
        readBytes: parts.readBytes?.[index] ?? null,
        writeBytes: parts.writeBytes?.[index] ?? null,
      });
      entry.cpuErrorNs = Math.hypot(entry.cpuErrorNs, recent.length > 1 ? cpuNs / 2 : 0);
    }
    return true;
  }

  share(endedCpuNs: number, entries: Entries): void {
    const ended: Amount = { cpuNs: endedCpuNs, runQueueNs: 0, readBytes: null, writeBytes: null };
    if (endedCpuNs > 0 && !this.take(ended, entries)) add(entries.unattributed(), ended);
    for (const [key, known] of this.#byStatement) {
      known.samples *= DECAY_PER_TICK;
      known.seenTicksAgo += 1;
      if (known.seenTicksAgo > 60) this.#byStatement.delete(key);
    }
  }

  clear(): void {
    this.#byStatement.clear();
  }
}
