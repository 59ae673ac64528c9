import { once } from 'node:events';
import type { BenchOptions, BenchResult } from '../run.js';
import { measure } from './measure.js';
import type { Subject } from './subject.js';
import { startManySubject } from './subject-many.js';
import { startMysqlSubject } from './subject-mysql.js';
import { startPostgresSubject } from './subject-postgresql.js';
import { compareThroughput } from './throughput.js';

const SESSIONS = 1_000;
const BURNERS = 20;
const INSTANCES = 50;

const SUBJECTS: Readonly<Record<string, (say: (line: string) => void) => Promise<Subject>>> = {
  postgresql: (say) => startPostgresSubject(SESSIONS, say),
  many: (say) => startManySubject(INSTANCES, SESSIONS, say),
  mysql: (say) => startMysqlSubject('mysql-9.7', SESSIONS, say),
  mariadb: (say) => startMysqlSubject('mariadb-11.8', SESSIONS, say),
};

/**
 * What watching 1,000 sessions costs. Workload: 1,000 connections, each running one statement after the other: most
 * sleep in the server for about a second, twenty burn CPU, so that all cores are busy; with none the host is not. Truth: schedstat of the
 * collector's threads and of its sessions in the server. Peers run on the same server at the same time: pg_activity;
 * prometheus-mysqld-exporter and mytop. Then the throughput of pgbench or sysbench with and without the monitor.
 * Arguments: one of postgresql (default), many (the same sessions on 50 instances, no peer), mysql, mariadb; seconds; pairs (0: no throughput); burners.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const [seconds = quick ? 30 : 600, pairs = quick ? 2 : 80, burners = BURNERS] = args
    .filter((arg) => /^\d+$/.test(arg))
    .map(Number);
  const name = args.find((arg) => arg in SUBJECTS) ?? 'postgresql';
  const subject = await (SUBJECTS[name] as (typeof SUBJECTS)[string])(say);
  try {
    const load = await subject.startLoad(burners);
    say(`${SESSIONS} sessions run on ${name}; measuring for ${seconds} s`);
    const figures = await measure(subject, seconds, say).finally(() => load.kill('SIGKILL'));
    await once(load, 'exit').catch(() => {});
    const throughput = pairs === 0 ? {} : await compareThroughput(subject, pairs, say);
    const result = { engine: name, sessions: SESSIONS, burners, ...figures.own, ...throughput };
    if (!json) console.table(result);
    if (!json) console.table(figures.peers);
    return { bench: 'overhead', figures: result, peers: figures.peers, runs: 1 };
  } finally {
    await subject.close();
  }
}
