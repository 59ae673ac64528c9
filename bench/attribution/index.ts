import type { BenchOptions, BenchResult } from '../run.js';
import { ashCounts, distance, elapsedTime, ledger, medianError, tickEnd } from './estimators.js';
import { startMysqlSubject } from './subject-mysql.js';
import { startPostgresSubject } from './subject-postgresql.js';
import { record, type Subject, type Trace } from './trace.js';
import { WORKLOADS } from './workloads.js';
import { MYSQL_WORKLOADS, ONE_EACH } from './workloads-mysql.js';

interface Started extends AsyncDisposable {
  subject(workload: string, seed: number): Subject;
}

const namesOf = (workloads: readonly { readonly name: string }[]) => workloads.map(({ name }) => name);

/** What can be asked for by name; all of them otherwise. */
const SUBJECTS: Readonly<
  Record<string, { start(say: (line: string) => void): Promise<Started>; workloads: readonly string[] }>
> = {
  postgresql: { start: startPostgresSubject, workloads: namesOf(WORKLOADS) },
  mysql: { start: (say) => startMysqlSubject('mysql-9.7', {}, say), workloads: namesOf(MYSQL_WORKLOADS) },
  mariadb: { start: (say) => startMysqlSubject('mariadb-11.8', {}, say), workloads: [ONE_EACH.name] },
  'mariadb-schema': {
    start: (say) => startMysqlSubject('mariadb-11.8', { 'performance-schema': 'ON' }, say),
    workloads: [ONE_EACH.name],
  },
};

/**
 * CPU per statement against a truth of the server's own, in 60 s windows: pg_stat_kcache on PostgreSQL 15 (Debian's
 * package; the executor only), SUM_CPU_TIME of the digests on MySQL 9.7; on MariaDB 11.8, with performance_schema off
 * and on, the threads of connections that run one statement each. Shares over statements are compared; what the ledger
 * gives to parse, bind and protocol is apart. Peers on the same trace: the naive ways. Arguments: engines, workloads, seeds.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const numbers = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const seeds = quick ? [1] : numbers.length > 0 ? numbers : [1, 2, 3];
  const wanted = (name: string, all: readonly string[]) =>
    all.every((each) => !args.includes(each)) || args.includes(name);
  const figures: Record<string, unknown> = {};
  const peers: Record<string, unknown> = {};
  for (const [engine, { start, workloads }] of Object.entries(SUBJECTS)) {
    if (!wanted(engine, Object.keys(SUBJECTS))) continue;
    await using started = await start(say);
    for (const workload of workloads.filter((name) => wanted(name, workloads))) {
      for (const seed of seeds) {
        const trace = await record(started.subject(workload, seed), quick ? 20 : 60);
        const key = `${engine}/${workload}/${seed}`;
        figures[key] = figuresOf(trace);
        peers[key] = peersOf(trace);
        say(`${key} ${JSON.stringify(figures[key])} naive ${JSON.stringify(peers[key])}`);
      }
    }
  }
  if (!json) console.table(figures);
  if (!json) console.table(peers);
  return { bench: 'attribution', figures, peers, runs: seeds.length };
}

function figuresOf(trace: Trace) {
  const { cpu, reads, entries, measuredNs } = ledger(trace);
  const sum = (...kinds: string[]) =>
    entries.filter(({ kind }) => kinds.includes(kind)).reduce((all, { cpuNs }) => all + cpuNs, 0);
  const total = entries.reduce((all, { cpuNs }) => all + cpuNs, 0);
  const trueReads = [...trace.truth.readBytes.values()].reduce((all, value) => all + value, 0);
  const ourReads = [...reads.values()].reduce((all, value) => all + value, 0);
  return {
    distance: round(distance(cpu, trace.truth.cpuNs)),
    medianError: round(medianError(cpu, trace.truth.cpuNs)),
    conservationErrorNs: total - measuredNs,
    protocolShare: round(sum('protocol') / total),
    unattributedShare: round(sum('unattributed', 'session') / total),
    readRatio: trueReads < 50e6 ? null : round(ourReads / trueReads),
    readDistance: trueReads < 50e6 ? null : round(distance(reads, trace.truth.readBytes)),
  };
}

function peersOf(trace: Trace) {
  const against = (estimate: ReadonlyMap<string, number>) => round(distance(estimate, trace.truth.cpuNs));
  return {
    tickEnd: against(tickEnd(trace)),
    ashCounts: against(ashCounts(trace)),
    elapsedTime: against(elapsedTime(trace)),
  };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
