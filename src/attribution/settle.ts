import type { SessionRow } from '../core/session.js';
import type { StatementDelta } from '../core/statement.js';
import { balance } from './balance.js';
import { Credits } from './credits.js';
import { type Amount, add, type Entries, splitExactly } from './entries.js';
import type { Evidence } from './evidence.js';
import { groupKeyOf } from './group-keys.js';
import type { Pool } from './pool.js';
import { onCpuMs } from './run-queue.js';

interface Candidate {
  readonly digest: string;
  readonly database: string | null;
  readonly user: string | null;
  /** Estimated CPU of the executor and of everything around it (parse, bind, commit, wire), ns. */
  readonly executorNs: number;
  readonly protocolNs: number;
  /** Shorter than the scheduler's slice: a session runs it as often as it is woken. */
  readonly short: boolean;
  readonly readBytes: number;
}

/** Rounds of balancing: the tenth moves less than a thousandth on the recorded traces. */
const ROUNDS = 10;
/** Model error of a pooled share besides sampling: 5 %, from the recorded traces of bench/attribution. */
const MODEL_ERROR = 0.05;
/** What a reading still counts after 50 of them: 1/e. */
const DECAY_PER_READING = 0.98;
/**
 * Parse, plan, bind, commit and the wire cost 0.05 ms a call (prepared point selects, warm caches) to 0.5 ms. What is seen
 * beyond the executor is as uncertain as the estimate of the executor: where few long calls use the CPU it says little.
 */
const PROTOCOL_NS_PER_CALL = { mean: 200_000, deviation: 150_000 };
/** Beginning and ending the executor, which pg_stat_statements does not time: 5-10 µs a call on the recorded traces. */
const UNTIMED_MS = 0.008;
/** The balance may find a session's part of it larger than estimated, up to this factor. */
const MOST_PROTOCOL_FACTOR = 3;

/**
 * Shares pooled cost among statements. A statement's weight in a session is the executor time that the server's
 * counters add for it, as far as it is CPU; each call also carries a share of the cost around the executor, estimated
 * from what the processes used beyond it. Each session's shares sum to what its process was measured to use.
 */
export class Settlement {
  readonly #credits = new Credits();
  #excessNs = 0;
  #calls = 0;
  #executorNs = 0;
  readonly #history = new Map<string, { bytes: number; execMs: number }>();

  constructor(
    private readonly entries: Entries,
    private readonly evidence: Evidence,
  ) {}

  /** Running time of an execution that has ended and that samples saw, ms: its cost was given when it was seen. */
  credit(digest: string, seenMs: number): void {
    this.#credits.add(digest, seenMs);
  }

  settle(pools: readonly Pool[], deltas: readonly StatementDelta[]): void {
    const busy = this.#candidates(pools, deltas);
    const running = pools.map((pool) => this.#inFlight(pool));
    const likely = this.#cells(pools, busy);
    const columns = [
      ...busy.map(({ executorNs }) => executorNs),
      sum(busy.map(({ protocolNs }) => protocolNs)),
    ];
    // What a session was seen running at the tick's end is its own; the rest is balanced against the counters.
    const own = running.map((all) => sum(all.map(({ executorNs }) => executorNs)));
    const rows = pools.map(({ cpuNs }, r) => Math.max(0, cpuNs - (own[r] as number)));
    const cells = balance(likely, rows, columns, ROUNDS);
    for (const [r, pool] of pools.entries())
      this.#share(
        pool,
        busy,
        running[r] ?? [],
        cells[r] ?? [],
        MOST_PROTOCOL_FACTOR * (likely[r]?.at(-1) ?? 0),
      );
  }

  /** Who could have run what: a session's part of long executions goes by its CPU, of short ones by how often it was woken. */
  #cells(pools: readonly Pool[], busy: readonly Candidate[]): number[][] {
    const wakeUps = sum(pools.map((pool) => pool.wakeUps));
    const totalNs = Math.max(1, sum(pools.map((pool) => pool.cpuNs)));
    return pools.map((pool) => {
      const group = groupKeyOf(pool.session);
      const byCpu = pool.cpuNs / totalNs;
      const byCalls = pool.wakeUps / wakeUps;
      let protocol = 0;
      const row = busy.map((each) => {
        if (!fits(pool.session, each.database, each.user)) return 0;
        const likely = this.evidence.affinity(pool.key, group, each.digest, each.short);
        protocol += each.protocolNs * byCalls * likely;
        return each.executorNs * (each.short ? byCalls : byCpu) * likely;
      });
      return [...row, protocol];
    });
  }

  #share(
    pool: Pool,
    busy: readonly Candidate[],
    running: readonly Candidate[],
    cells: readonly number[],
    mostProtocolNs: number,
  ): void {
    const weights = [...cells.slice(0, -1), ...running.map(({ executorNs }) => executorNs)];
    if (sum(weights) <= 0) {
      this.settleBySamples(pool);
      return;
    }
    const mostProtocol = Math.min(mostProtocolNs, 0.9 * pool.cpuNs);
    const protocol = Math.min(
      cells.at(-1) ?? 0,
      (mostProtocol * sum(weights)) / Math.max(1, pool.cpuNs - mostProtocol),
    );
    const all = [...busy, ...running];
    const reads = all.map(({ readBytes, executorNs }, i) =>
      executorNs > 0 ? (readBytes * (weights[i] as number)) / executorNs : 0,
    );
    this.#give(
      pool,
      all.map(({ digest }) => digest),
      weights,
      sum(reads) > 0 ? reads : weights,
      protocol,
    );
  }

  /** Without counters: by what the session was seen running; never seen at all, it stays the session's own. */
  settleBySamples(pool: Pool): void {
    const weights = new Map(pool.inFlightMs);
    for (const [digest, count] of this.evidence.samplesOf(pool.key)) {
      weights.set(digest, (weights.get(digest) ?? 0) + count);
    }
    const known = [...weights].filter(([, weight]) => weight > 0);
    if (known.length === 0) {
      add(this.entries.session('session', pool.session), pool);
      return;
    }
    const shares = known.map(([digest, weight]) => weight * this.evidence.cpuShare(digest, true));
    this.#give(
      pool,
      known.map(([digest]) => digest),
      shares,
      shares,
      0,
    );
  }

  #candidates(pools: readonly Pool[], deltas: readonly StatementDelta[]): Candidate[] {
    const cpuNs = sum(pools.map((pool) => pool.cpuNs));
    const queued = sum(pools.map((pool) => pool.runQueueNs)) / Math.max(1, cpuNs);
    const top = deltas.filter(({ topLevel }) => topLevel);
    const found = top.map((delta) => {
      const freshMs = this.#credits.freshMs(delta);
      const runningMs = freshMs * this.evidence.cpuShare(delta.digest, delta.commitTimed);
      const calls = Math.max(1, delta.calls);
      const queuedPerCpu = this.evidence.queuedPerCpu(delta.digest, queued);
      return {
        digest: delta.digest,
        database: delta.database,
        user: delta.user,
        calls: delta.calls,
        short: runningMs / calls < 1,
        executorNs: calls * (onCpuMs(runningMs / calls, queuedPerCpu) + UNTIMED_MS) * 1e6,
        readBytes: ((delta.sharedReadBytes ?? 0) * freshMs) / Math.max(delta.execMs, 1e-6),
      };
    });
    this.#credits.endReading();
    this.#learn(top);
    const running = sum(pools.flatMap((pool) => this.#inFlight(pool).map(({ executorNs }) => executorNs)));
    const executorNs = sum(found.map((each) => each.executorNs)) + running;
    const perCallNs = this.#protocolNsPerCall(cpuNs, executorNs, sum(found.map(({ calls }) => calls)));
    return found.map(({ calls, ...rest }) => ({ ...rest, protocolNs: calls * perCallNs }));
  }

  /** What the processes used beyond the executor, per call: over minutes, because one interval's is noisy. */
  #protocolNsPerCall(cpuNs: number, executorNs: number, calls: number): number {
    this.#excessNs = this.#excessNs * DECAY_PER_READING + cpuNs - executorNs;
    this.#executorNs = this.#executorNs * DECAY_PER_READING + executorNs;
    this.#calls = this.#calls * DECAY_PER_READING + calls;
    const all = Math.max(1, this.#calls);
    const { mean, deviation } = PROTOCOL_NS_PER_CALL;
    const error = Math.max(1, (MODEL_ERROR * this.#executorNs) / all);
    const trust = deviation ** 2 / (deviation ** 2 + error ** 2);
    return Math.max(0, mean + trust * (this.#excessNs / all - mean));
  }

  #learn(deltas: readonly StatementDelta[]): void {
    for (const [digest, known] of this.#history) {
      known.bytes *= DECAY_PER_READING;
      known.execMs *= DECAY_PER_READING;
      if (known.execMs < 1e-6) this.#history.delete(digest);
    }
    for (const { digest, execMs, sharedReadBytes } of deltas) {
      const known = this.#history.get(digest) ?? { bytes: 0, execMs: 0 };
      known.bytes += sharedReadBytes ?? 0;
      known.execMs += execMs;
      this.#history.set(digest, known);
    }
  }

  /** Statements still running at a tick's end are in no counter yet: what of the tick they ran is their weight. */
  #inFlight(pool: Pool): Candidate[] {
    const queuedPerCpu = pool.runQueueNs / Math.max(1, pool.cpuNs);
    return [...pool.inFlightMs].map(([digest, ms]) => {
      const reads = this.#history.get(digest);
      return {
        digest,
        database: null,
        user: null,
        short: false,
        executorNs: onCpuMs(ms * this.evidence.cpuShare(digest, true), queuedPerCpu) * 1e6,
        protocolNs: 0,
        readBytes: reads === undefined ? 0 : (ms * reads.bytes) / Math.max(reads.execMs, 1e-6),
      };
    });
  }

  #give(
    pool: Pool,
    digests: readonly string[],
    weights: readonly number[],
    readWeights: readonly number[],
    protocol: number,
  ): void {
    const cpu = splitExactly(pool.cpuNs, [...weights, protocol]);
    const runQueue = splitExactly(pool.runQueueNs, [...weights, protocol]);
    const reads =
      pool.readBytes === null || sum(readWeights) <= 0 ? null : splitExactly(pool.readBytes, readWeights);
    const writes =
      pool.writeBytes === null || sum(weights) <= 0 ? null : splitExactly(pool.writeBytes, weights);
    for (const [index, digest] of digests.entries()) {
      const amount: Amount = {
        cpuNs: cpu[index] as number,
        runQueueNs: runQueue[index] as number,
        readBytes: reads?.[index] ?? null,
        writeBytes: writes?.[index] ?? null,
      };
      if (amount.cpuNs === 0 && !amount.readBytes && !amount.writeBytes) continue;
      const entry = this.entries.statement(pool.session, digest);
      add(entry, amount);
      entry.cpuErrorNs = Math.hypot(entry.cpuErrorNs, amount.cpuNs * this.#relativeError(digest));
    }
    const left: Amount = {
      cpuNs: cpu.at(-1) as number,
      runQueueNs: runQueue.at(-1) as number,
      readBytes: reads === null ? pool.readBytes : null,
      writeBytes: writes === null ? pool.writeBytes : null,
    };
    if (left.cpuNs > 0 || left.readBytes || left.writeBytes)
      add(this.entries.session('protocol', pool.session), left);
  }

  /** Binomial error of the sampled CPU share, and the model's own. */
  #relativeError(digest: string): number {
    const share = this.evidence.cpuShare(digest, true);
    return Math.hypot(
      MODEL_ERROR,
      Math.sqrt((1 - share) / (share * (this.evidence.sampleCount(digest) + 5))),
    );
  }
}

/** Counters are kept per database and user; either may be unknown. */
function fits(session: SessionRow, database: string | null, user: string | null): boolean {
  return (database === null || database === session.database) && (user === null || user === session.user);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
