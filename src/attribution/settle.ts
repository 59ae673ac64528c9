import type { SessionRow } from '../core/session.js';
import type { StatementDelta } from '../core/statement.js';
import { type Amount, add, type Entries, splitExactly } from './entries.js';
import { type Evidence, freshExecMs } from './evidence.js';

/** What a session cost while it ran more than one statement between two ticks, until the counters tell which. */
export interface Pool {
  session: SessionRow;
  cpuNs: number;
  runQueueNs: number;
  readBytes: number | null;
  writeBytes: number | null;
  /** Running time seen of the statement at the end of a tick, ms by digest. */
  inFlightMs: Map<string, number>;
}

interface Candidate {
  readonly digest: string;
  readonly database: string | null;
  readonly user: string | null;
  /** Estimated CPU of the executor and of everything around it (parse, bind, commit, wire), ns. */
  readonly executorNs: number;
  readonly protocolNs: number;
  readonly readBytes: number;
}

/** Model error of a pooled share besides sampling: 5 %, from the recorded traces of bench/attribution. */
const MODEL_ERROR = 0.05;
const SMOOTHING = 0.1;

/**
 * Shares pooled cost among statements. A statement's weight in a session is the executor time that the server's
 * counters add for it, as far as it is CPU; each call also carries a share of the cost around the executor, estimated
 * from what the processes used beyond it. Each session's shares sum to what its process was measured to use.
 */
export class Settlement {
  #protocolNsPerCall = 0;

  constructor(
    private readonly entries: Entries,
    private readonly evidence: Evidence,
  ) {}

  /** With counters: `credited` is the time per statement that exact spans had already. */
  settle(
    pools: readonly Pool[],
    deltas: readonly StatementDelta[],
    credited: ReadonlyMap<string, number>,
  ): void {
    const busy = this.#candidates(pools, deltas, credited);
    const totalNs = Math.max(1, sum(pools.map((pool) => pool.cpuNs)));
    for (const pool of pools) {
      // Counters are of all sessions together; what a session ran unseen is its part of them by its CPU.
      const part = pool.cpuNs / totalNs;
      const counted = busy
        .filter(({ database, user }) => fits(pool.session, database, user))
        .map((each) => ({ ...each, executorNs: each.executorNs * part, protocolNs: each.protocolNs * part }));
      const fitting = [...counted, ...inFlight(pool, this.evidence)];
      if (fitting.length > 0) this.#shareByCounters(pool, fitting);
      else this.settleBySamples(pool);
    }
  }

  /** Without counters: by what the session was seen running; never seen at all, it stays the session's own. */
  settleBySamples(pool: Pool): void {
    const weights = new Map(pool.inFlightMs);
    for (const [digest, count] of this.evidence.samplesOf(pool.session)) {
      weights.set(digest, (weights.get(digest) ?? 0) + count);
    }
    const known = [...weights].filter(([, weight]) => weight > 0);
    if (known.length === 0) {
      add(this.entries.session('session', pool.session), pool);
      return;
    }
    const shares = known.map(([digest, weight]) => weight * this.evidence.cpuShare(digest));
    this.#give(
      pool,
      known.map(([digest]) => digest),
      shares,
      shares,
      0,
    );
  }

  #candidates(
    pools: readonly Pool[],
    deltas: readonly StatementDelta[],
    credited: ReadonlyMap<string, number>,
  ): Candidate[] {
    const cpuNs = sum(pools.map((pool) => pool.cpuNs));
    const onCpu = cpuNs / Math.max(1, cpuNs + sum(pools.map((pool) => pool.runQueueNs)));
    const executor = deltas.map((delta) => {
      const freshMs = delta.topLevel ? freshExecMs(delta, credited.get(delta.digest) ?? 0) : 0;
      return freshMs * this.evidence.cpuShare(delta.digest) * onCpu * 1e6;
    });
    const calls = sum(deltas.filter(({ topLevel }) => topLevel).map((delta) => delta.calls));
    const running = sum(
      pools.flatMap((pool) => inFlight(pool, this.evidence).map(({ executorNs }) => executorNs)),
    );
    this.#learnProtocol(cpuNs, sum(executor) + running, calls);
    return deltas.flatMap((delta, index) =>
      delta.topLevel && (delta.calls > 0 || delta.execMs > 0)
        ? {
            digest: delta.digest,
            database: delta.database,
            user: delta.user,
            executorNs: executor[index] as number,
            protocolNs: delta.calls * this.#protocolNsPerCall,
            readBytes: delta.sharedReadBytes ?? 0,
          }
        : [],
    );
  }

  /** What the processes used beyond the executor, per call; smoothed, because one interval's is noisy. */
  #learnProtocol(cpuNs: number, executorNs: number, calls: number): void {
    if (calls < 1) return;
    const observed = Math.max(0, cpuNs - executorNs) / calls;
    this.#protocolNsPerCall +=
      (observed - this.#protocolNsPerCall) * (this.#protocolNsPerCall === 0 ? 1 : SMOOTHING);
  }

  #shareByCounters(pool: Pool, fitting: readonly Candidate[]): void {
    const affinity = fitting.map(({ digest }) => this.evidence.affinity(pool.session, digest));
    const executor = fitting.map(({ executorNs }, i) => executorNs * (affinity[i] as number));
    const protocol = sum(fitting.map(({ protocolNs }, i) => protocolNs * (affinity[i] as number)));
    if (sum(executor) + protocol <= 0) {
      this.settleBySamples(pool);
      return;
    }
    const reads = fitting.map(({ readBytes }, i) => readBytes * (affinity[i] as number));
    this.#give(
      pool,
      fitting.map(({ digest }) => digest),
      executor,
      sum(reads) > 0 ? reads : executor,
      protocol,
    );
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
    const share = this.evidence.cpuShare(digest);
    return Math.hypot(
      MODEL_ERROR,
      Math.sqrt((1 - share) / (share * (this.evidence.sampleCount(digest) + 5))),
    );
  }
}

/** Statements still running at a tick's end are in no counter yet: what of the tick they ran is their weight. */
function inFlight(pool: Pool, evidence: Evidence): Candidate[] {
  const onCpu = pool.cpuNs / Math.max(1, pool.cpuNs + pool.runQueueNs);
  return [...pool.inFlightMs].map(([digest, ms]) => ({
    digest,
    database: null,
    user: null,
    executorNs: ms * evidence.cpuShare(digest) * onCpu * 1e6,
    protocolNs: 0,
    readBytes: 0,
  }));
}

/** Counters are kept per database and user; either may be unknown. */
function fits(session: SessionRow, database: string | null, user: string | null): boolean {
  return (database === null || database === session.database) && (user === null || user === session.user);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
