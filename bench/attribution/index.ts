import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions, BenchResult } from '../run.js';
import { ashCounts, distance, elapsedTime, ledger, medianError, tickEnd } from './estimators.js';
import { keep, kept } from './recording.js';
import { startMysqlSubject } from './subject-mysql.js';
import { startPostgresSubject } from './subject-postgresql.js';
import { record, type Subject, type Trace, type Truth } from './trace.js';
import { withWorkerStarts } from './worker-starts.js';
import { type BenchWorkload, WORKLOADS } from './workloads.js';
import { MYSQL_WORKLOADS, ONE_EACH } from './workloads-mysql.js';

interface Started extends AsyncDisposable {
  subject(workload: string, seed: number): Subject;
}

interface Workloads {
  readonly all: readonly string[];
  /** What is run when none is asked for. */
  readonly reported: readonly string[];
}

const namesOf = (workloads: readonly BenchWorkload[]): Workloads => ({
  all: workloads.map(({ name }) => name),
  reported: workloads.filter(({ tuning }) => tuning !== true).map(({ name }) => name),
});

/** What can be asked for by name; all of them otherwise. */
const SUBJECTS: Readonly<
  Record<string, { start(say: (line: string) => void): Promise<Started>; workloads: Workloads }>
> = {
  postgresql: { start: startPostgresSubject, workloads: namesOf(WORKLOADS) },
  mysql: { start: (say) => startMysqlSubject('mysql-9.7', {}, say), workloads: namesOf(MYSQL_WORKLOADS) },
  mariadb: { start: (say) => startMysqlSubject('mariadb-11.8', {}, say), workloads: namesOf([ONE_EACH]) },
  'mariadb-schema': {
    start: (say) => startMysqlSubject('mariadb-11.8', { 'performance-schema': 'ON' }, say),
    workloads: namesOf([ONE_EACH]),
  },
};

/**
 * CPU per statement against a truth of the server's own, in 60 s windows: pg_stat_kcache on PostgreSQL 15 (Debian's
 * package; the executor only, with parallel workers also what starting them costs), SUM_CPU_TIME of the digests on MySQL 9.7; on MariaDB 11.8, with performance_schema off
 * and on, the threads of connections that run one statement each. Shares over statements are compared; what the ledger
 * gives to parse, bind and protocol is apart. Peers on the same trace: the naive ways. Arguments: engines, workloads, seeds;
 * `traces=DIR`: traces found there are looked at again without a server, the others are kept there.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const numbers = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const seeds = quick ? [1] : numbers.length > 0 ? numbers : [1, 2, 3];
  const traces = args.find((arg) => arg.startsWith('traces='))?.slice('traces='.length);
  const figures: Record<string, unknown> = {};
  const peers: Record<string, unknown> = {};
  for (const engine of asked(Object.keys(SUBJECTS), Object.keys(SUBJECTS), args)) {
    const { start, workloads } = SUBJECTS[engine] as (typeof SUBJECTS)[string];
    await using server = new OnDemand(() => start(say));
    for (const workload of asked(workloads.all, workloads.reported, args)) {
      for (const seed of seeds) {
        const key = `${engine}/${workload}/${seed}`;
        const file = traces === undefined ? null : join(traces, `${key.replaceAll('/', '-')}.json.gz`);
        const trace =
          file !== null && existsSync(file)
            ? kept(file)
            : await record((await server.get()).subject(workload, seed), quick ? 20 : 60);
        if (file !== null && !existsSync(file)) keep(file, trace);
        const starts = WORKLOADS.find(({ name }) => name === workload)?.startsWorkers === true;
        const truth = starts ? withWorkerStarts(trace) : trace.truth;
        figures[key] = { ...figuresOf(trace, truth), ...(starts ? executorOnly(trace) : {}) };
        peers[key] = peersOf(trace, truth);
        say(`${key} ${JSON.stringify(figures[key])} naive ${JSON.stringify(peers[key])}`);
      }
    }
  }
  if (!json) console.table(figures);
  if (!json) console.table(peers);
  return { bench: 'attribution', figures, peers, runs: seeds.length };
}

function asked(
  all: readonly string[],
  otherwise: readonly string[],
  args: readonly string[],
): readonly string[] {
  const named = all.filter((name) => args.includes(name));
  return named.length > 0 ? named : otherwise;
}

/** Nothing is started where all traces are kept. */
class OnDemand implements AsyncDisposable {
  #started: Promise<Started> | null = null;

  constructor(private readonly start: () => Promise<Started>) {}

  get(): Promise<Started> {
    this.#started ??= this.start();
    return this.#started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#started !== null) await (await this.#started)[Symbol.asyncDispose]();
  }
}

function figuresOf(trace: Trace, truth: Truth) {
  const { cpu, reads, entries, measuredNs } = ledger(trace);
  const sum = (...kinds: string[]) =>
    entries.filter(({ kind }) => kinds.includes(kind)).reduce((all, { cpuNs }) => all + cpuNs, 0);
  const total = entries.reduce((all, { cpuNs }) => all + cpuNs, 0);
  const trueReads = [...trace.truth.readBytes.values()].reduce((all, value) => all + value, 0);
  const ourReads = [...reads.values()].reduce((all, value) => all + value, 0);
  return {
    distance: round(distance(cpu, truth.cpuNs)),
    medianError: round(medianError(cpu, truth.cpuNs)),
    conservationErrorNs: total - measuredNs,
    protocolShare: round(sum('protocol') / total),
    unattributedShare: round(sum('unattributed', 'session') / total),
    readRatio: trueReads < 50e6 ? null : round(ourReads / trueReads),
    readDistance: trueReads < 50e6 ? null : round(distance(reads, trace.truth.readBytes)),
  };
}

/** Against the server's own count, which leaves out what starting workers costs. */
function executorOnly(trace: Trace) {
  const { cpu } = ledger(trace);
  return {
    executorDistance: round(distance(cpu, trace.truth.cpuNs)),
    executorMedianError: round(medianError(cpu, trace.truth.cpuNs)),
  };
}

function peersOf(trace: Trace, truth: Truth) {
  const against = (estimate: ReadonlyMap<string, number>) => round(distance(estimate, truth.cpuNs));
  return {
    tickEnd: against(tickEnd(trace)),
    ashCounts: against(ashCounts(trace)),
    elapsedTime: against(elapsedTime(trace)),
  };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
