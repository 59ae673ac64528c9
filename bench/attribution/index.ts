import { startPostgresServer } from '../../src/lab/postgresql/index.js';
import type { BenchOptions, BenchResult } from '../run.js';
import { ashCounts, distance, elapsedTime, ledger, medianError, tickEnd } from './estimators.js';
import { record, type Trace } from './trace.js';
import { SCHEMA, WORKLOADS } from './workloads.js';

/**
 * CPU per statement against pg_stat_kcache (PostgreSQL 15, Debian's package), in 60 s windows. The truth counts the
 * executor only, so shares over statements are compared; what the ledger gives to parse, bind and protocol is apart.
 * Peers on the same trace: the naive ways.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const seeds = quick ? [1] : args.length > 0 ? args.map(Number) : [1, 2, 3];
  const seconds = quick ? 20 : 60;
  await using server = await startPostgresServer({
    version: 'debian',
    preload: ['pg_stat_statements', 'pg_stat_kcache'],
    extensions: ['pg_stat_statements', 'pg_stat_kcache'],
    settings: { shared_buffers: '32MB', 'pg_stat_kcache.linux_hz': 1_000_000, max_wal_size: '4GB' },
    onProgress: say,
  });
  const admin = await server.connect();
  for (const statement of SCHEMA.split(';')) await admin.query(statement);
  await admin.query(
    'CREATE ROLE load LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO load; CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals',
  );
  await admin.end();
  const figures: Record<string, unknown> = {};
  const peers: Record<string, unknown> = {};
  for (const { name } of WORKLOADS) {
    for (const seed of seeds) {
      const trace = await record(server, name, seed, seconds);
      const key = `${name}/${seed}`;
      figures[key] = figuresOf(trace);
      peers[key] = peersOf(trace);
      say(`${key} ${JSON.stringify(figures[key])} naive ${JSON.stringify(peers[key])}`);
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
