import type { SessionRow } from '../core/session.js';
import type { StatementDelta } from '../core/statement.js';
import { type Amount, add, type Entries, splitExactly } from './entries.js';

const DECAY_PER_TICK = 1 - 1 / 60;

/** Recent enough to be whose workers vanished or began: this many ticks. */
const RECENT_TICKS = 2;
/** Part of what a statement's workers are expected to use that it may always have of the vanished. */
const LEAST_SHARE = 0.05;

const DECAYING = [
  'leaderSamples',
  'workerSamples',
  'onCpuSamples',
  'sampledNs',
  'sampledMs',
  'execMs',
  'workerNs',
  'starts',
] as const;

/** All sums decay over a minute, so that they stay comparable. */
interface Starter {
  readonly session: SessionRow;
  readonly digest: string;
  /** Samples of its leader and of its workers: their ratio is how many workers a running second has. */
  leaderSamples: number;
  workerSamples: number;
  onCpuSamples: number;
  /** What the workers of the samples used in the tick, and how long they had been there in it. */
  sampledNs: number;
  sampledMs: number;
  /** Running time by the server's counters, ms; by samples where it has none. */
  execMs: number;
  /** CPU of its workers that was seen, and that of vanished ones that it was given, ns. */
  workerNs: number;
  /** Workers that its calls have started, by the server's counters, and most that one call was seen with. */
  starts: number;
  mostWorkers: number;
  seenTicksAgo: number;
}

/**
 * Parallel workers often end between two ticks; what they used since the last one is then only in the postmaster's
 * count of ended children. A statement's workers use CPU in proportion to its running time, to how many of them samples
 * find and to what those used a second (one that hands rows to a slow leader waits for it and works in turns, too short
 * for samples to tell apart), and to how many it starts: forking one and its end cost 5 to 60 ms, as much as a short run.
 * How much of all that is, is told by how often processes are found that the server does not list, not yet or no more. What
 * of its part was not seen yet is a statement's claim on what vanished. Without a statement that had workers lately it
 * stays unattributed.
 */
export class EndedWorkers {
  readonly #byStatement = new Map<string, Starter>();
  /** Workers of each leader in this tick. */
  readonly #ofLeader = new Map<string, number>();
  /** Unlisted processes of the last tick and of this one: the main process always is one. */
  #unlistedBefore = new Set<number>();
  #unlistedNow = new Set<number>();
  #comingOrGoing = 0;

  /** A sample of a running statement; only those that were seen with workers matter. */
  ran(leader: SessionRow, digest: string): void {
    if (this.#byStatement.size === 0) return;
    const known = this.#byStatement.get(keyOf(leader, digest));
    if (known !== undefined) known.leaderSamples += 1;
  }

  /** A worker that has used `cpuNs` in the last `elapsedMs`: since the last tick, or since it began. */
  saw(leader: SessionRow, digest: string, onCpu: boolean, cpuNs: number, elapsedMs: number): void {
    const key = keyOf(leader, digest);
    const known = this.#byStatement.get(key) ?? {
      session: leader,
      digest,
      leaderSamples: 1,
      workerSamples: 0,
      onCpuSamples: 0,
      sampledNs: 0,
      sampledMs: 0,
      execMs: 0,
      workerNs: 0,
      starts: 0,
      mostWorkers: 0,
      seenTicksAgo: 0,
    };
    const workers = (this.#ofLeader.get(leader.id) ?? 0) + 1;
    this.#ofLeader.set(leader.id, workers);
    known.mostWorkers = Math.max(known.mostWorkers, workers);
    known.workerSamples += 1;
    if (onCpu) known.onCpuSamples += 1;
    known.sampledNs += cpuNs;
    known.sampledMs += elapsedMs;
    known.workerNs += cpuNs;
    known.seenTicksAgo = 0;
    this.#byStatement.set(key, known);
  }

  /** What the counters say statements ran since the last reading. */
  counted(deltas: readonly StatementDelta[]): void {
    for (const { digest, execMs, calls } of deltas) {
      const rows = [...this.#byStatement.values()].filter((each) => each.digest === digest);
      const samples = rows.reduce((sum, { leaderSamples }) => sum + leaderSamples, 0);
      for (const row of rows) {
        const part = row.leaderSamples / Math.max(1e-9, samples);
        row.execMs += execMs * part;
        row.starts += calls * part * row.mostWorkers;
        row.seenTicksAgo = 0;
      }
    }
  }

  /** A process that the server does not list. False when no statement had workers lately: then it is none. */
  takeUnlisted(pid: number, amount: Amount, entries: Entries): boolean {
    this.#unlistedNow.add(pid);
    if (!this.#unlistedBefore.has(pid)) this.#comingOrGoing += 1;
    return this.#take(amount, entries);
  }

  #take(amount: Amount, entries: Entries): boolean {
    const recent = [...this.#byStatement.values()].filter(({ seenTicksAgo }) => seenTicksAgo <= RECENT_TICKS);
    if (recent.length === 0) return false;
    const weights = claims(recent, amount.cpuNs, this.#comingOrGoing);
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
    if (endedCpuNs > 0 && !this.#take(ended, entries)) add(entries.unattributed(), ended);
    for (const [key, known] of this.#byStatement) {
      for (const name of DECAYING) known[name] *= DECAY_PER_TICK;
      known.seenTicksAgo += 1;
      if (known.seenTicksAgo > 60) this.#byStatement.delete(key);
    }
    this.#comingOrGoing *= DECAY_PER_TICK;
    this.#unlistedBefore = this.#unlistedNow;
    this.#unlistedNow = new Set();
    this.#ofLeader.clear();
  }

  clear(): void {
    this.#byStatement.clear();
    this.#unlistedBefore.clear();
    this.#comingOrGoing = 0;
  }
}

function keyOf(leader: SessionRow, digest: string): string {
  return `${digest}\0${leader.database}\0${leader.user}\0${leader.application}`;
}

/** What each statement's workers should have used by now, less what is known of them. */
function claims(starters: readonly Starter[], cpuNs: number, comingOrGoing: number): number[] {
  const workerMs = starters.map(({ leaderSamples, workerSamples, sampledNs, sampledMs, execMs }) => {
    const workers = (workerSamples + 0.01) / Math.max(1, leaderSamples);
    const cpuShare = (sampledNs / 1e6 + 0.001) / (sampledMs + 1);
    return (execMs > 0 ? execMs : leaderSamples * 1000) * workers * cpuShare;
  });
  const allMs = sum(workerMs);
  const allStarts = sum(starters.map(({ starts }) => starts));
  const running = sum(starters.map(({ onCpuSamples }) => onCpuSamples));
  const startPart = allStarts > 0 ? comingOrGoing / Math.max(1, comingOrGoing + running) : 0;
  const allNs = sum(starters.map(({ workerNs }) => workerNs)) + cpuNs;
  return starters.map(({ workerNs, starts }, i) => {
    const byStarts = (startPart * starts) / Math.max(1e-9, allStarts);
    const expectedNs = allNs * (((1 - startPart) * (workerMs[i] as number)) / allMs + byStarts);
    // With nothing used yet all claims are equal, and not none.
    return Math.max(1, LEAST_SHARE * expectedNs, expectedNs - workerNs);
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
