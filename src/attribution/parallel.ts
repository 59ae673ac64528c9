import type { SessionRow } from '../core/session.js';
import { add, type Entries, splitExactly } from './entries.js';

const DECAY_PER_TICK = 1 - 1 / 60;

/**
 * Parallel workers often end between two ticks; what they used since the last one is then only in the postmaster's
 * count of ended children. It goes to the statements lately seen with workers that ran in this tick or the one before,
 * by the CPU their workers were seen to use; without such a statement it stays unattributed.
 */
export class EndedWorkers {
  readonly #byStatement = new Map<
    string,
    { readonly session: SessionRow; readonly digest: string; cpuNs: number; seenTicksAgo: number }
  >();

  saw(leader: SessionRow, digest: string, cpuNs: number): void {
    const key = `${digest}\0${leader.database}\0${leader.user}\0${leader.application}`;
    const known = this.#byStatement.get(key);
    this.#byStatement.set(key, {
      session: leader,
      digest,
      cpuNs: (known?.cpuNs ?? 0) + cpuNs + 1,
      seenTicksAgo: 0,
    });
  }

  share(endedCpuNs: number, entries: Entries): void {
    const recent = [...this.#byStatement.values()].filter(({ seenTicksAgo }) => seenTicksAgo <= 2);
    if (endedCpuNs > 0 && recent.length > 0) {
      const parts = splitExactly(
        endedCpuNs,
        recent.map(({ cpuNs }) => cpuNs),
      );
      for (const [index, { session, digest }] of recent.entries()) {
        const cpuNs = parts[index] as number;
        const entry = entries.statement(session, digest);
        add(entry, { cpuNs, runQueueNs: 0, readBytes: null, writeBytes: null });
        entry.cpuErrorNs = Math.hypot(entry.cpuErrorNs, recent.length > 1 ? cpuNs / 2 : 0);
      }
    } else if (endedCpuNs > 0) {
      add(entries.unattributed(), { cpuNs: endedCpuNs, runQueueNs: 0, readBytes: null, writeBytes: null });
    }
    for (const [key, known] of this.#byStatement) {
      known.cpuNs *= DECAY_PER_TICK;
      known.seenTicksAgo += 1;
      if (known.seenTicksAgo > 60) this.#byStatement.delete(key);
    }
  }

  clear(): void {
    this.#byStatement.clear();
  }
}
