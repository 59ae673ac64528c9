import type { SessionRow } from '../core/session.js';
import type { StatementDelta } from '../core/statement.js';
import { type Amount, add, type Entries, splitExactly } from './entries.js';

const DECAY_PER_TICK = 1 - 1 / 60;

/** Recent enough to be whose workers vanished or began: this many ticks. */
const RECENT_TICKS = 2;
/** Part of what a statement's workers are expected to use that it may always have of the vanished. */
const LEAST_SHARE = 0.05;

/** All sums decay over a minute, so that they stay comparable. */
interface Starter {
  readonly session: SessionRow;
  readonly digest: string;
  /** Samples of its leader, and of its workers on CPU: their ratio is how many workers a running second has. */
  leaderSamples: number;
  workerSamples: number;
  /** Running time by the server's counters, ms; by samples where it has none. */
  execMs: number;
  /** CPU of its workers that was seen, and that of vanished ones that it was given, ns. */
  workerNs: number;
  seenTicksAgo: number;
}

/**
 * Parallel workers often end between two ticks; what they used since the last one is then only in the postmaster's
 * count of ended children. A statement's workers use CPU in proportion to its running time and to how many of them
 * samples find on CPU; what of that was not seen yet is its claim on what vanished. Without a statement that had
 * workers lately it stays unattributed.
 */
export class EndedWorkers {
  readonly #byStatement = new Map<string, Starter>();

  /** A sample of a running statement; only those that were seen with workers matter. */
  ran(leader: SessionRow, digest: string): void {
    const known = this.#byStatement.get(keyOf(leader, digest));
    if (known !== undefined) known.leaderSamples += 1;
  }

  saw(leader: SessionRow, digest: string, onCpu: boolean, cpuNs: number): void {
    const key = keyOf(leader, digest);
    const known = this.#byStatement.get(key) ?? {
      session: leader,
      digest,
      leaderSamples: 1,
      workerSamples: 0,
      execMs: 0,
      workerNs: 0,
      seenTicksAgo: 0,
    };
    if (onCpu) known.workerSamples += 1;
    known.workerNs += cpuNs;
    known.seenTicksAgo = 0;
    this.#byStatement.set(key, known);
  }

  /** What the counters say statements ran since the last reading. */
  counted(deltas: readonly StatementDelta[]): void {
    for (const { digest, execMs } of deltas) {
      const rows = [...this.#byStatement.values()].filter((each) => each.digest === digest);
      const samples = rows.reduce((sum, { leaderSamples }) => sum + leaderSamples, 0);
      for (const row of rows) {
        row.execMs += (execMs * row.leaderSamples) / Math.max(1e-9, samples);
        row.seenTicksAgo = 0;
      }
    }
  }

  /** False when no statement had workers lately. */
  take(amount: Amount, entries: Entries): boolean {
    const recent = [...this.#byStatement.values()].filter(({ seenTicksAgo }) => seenTicksAgo <= RECENT_TICKS);
    if (recent.length === 0) return false;
    const weights = claims(recent, amount.cpuNs);
    const parts = {
      cpuNs: splitExactly(amount.cpuNs, weights),
      runQueueNs: splitExactly(amount.runQueueNs, weights),
      readBytes: amount.readBytes === null ? null : splitExactly(amount.readBytes, weights),
      writeBytes: amount.writeBytes === null ? null : splitExactly(amount.writeBytes, weights),
    };
    for (const [index, starter] of recent.entries()) {
      const cpuNs = parts.cpuNs[index] as number;
      const entry = entries.statement(starter.session, starter.digest);
      add(entry, {
        cpuNs,
        runQueueNs: parts.runQueueNs[index] as number,
        readBytes: parts.readBytes?.[index] ?? null,
        writeBytes: parts.writeBytes?.[index] ?? null,
      });
      starter.workerNs += cpuNs;
      entry.cpuErrorNs = Math.hypot(entry.cpuErrorNs, recent.length > 1 ? cpuNs / 2 : 0);
    }
    return true;
  }

  share(endedCpuNs: number, entries: Entries): void {
    const ended: Amount = { cpuNs: endedCpuNs, runQueueNs: 0, readBytes: null, writeBytes: null };
    if (endedCpuNs > 0 && !this.take(ended, entries)) add(entries.unattributed(), ended);
    for (const [key, known] of this.#byStatement) {
      for (const name of ['leaderSamples', 'workerSamples', 'execMs', 'workerNs'] as const)
        known[name] *= DECAY_PER_TICK;
      known.seenTicksAgo += 1;
      if (known.seenTicksAgo > 60) this.#byStatement.delete(key);
    }
  }

  clear(): void {
    this.#byStatement.clear();
  }
}

function keyOf(leader: SessionRow, digest: string): string {
  return `${digest}\0${leader.database}\0${leader.user}\0${leader.application}`;
}

/** What each statement's workers should have used by now, less what is known of them. */
function claims(starters: readonly Starter[], cpuNs: number): number[] {
  const workerMs = starters.map(({ leaderSamples, workerSamples, execMs }) => {
    const workers = (workerSamples + 0.01) / Math.max(1, leaderSamples);
    return (execMs > 0 ? execMs : leaderSamples * 1000) * workers;
  });
  const allMs = workerMs.reduce((sum, ms) => sum + ms, 0);
  const allNs = starters.reduce((sum, { workerNs }) => sum + workerNs, cpuNs);
  return starters.map(({ workerNs }, i) => {
    const expectedNs = (allNs * (workerMs[i] as number)) / allMs;
    // With nothing used yet all claims are equal, and not none.
    return Math.max(1, LEAST_SHARE * expectedNs, expectedNs - workerNs);
  });
}
