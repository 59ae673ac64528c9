import { setTimeout as sleep } from 'node:timers/promises';

/** A workload: who runs which statements. `pick` gives the next statement of a session. */
export interface BenchWorkload {
  readonly name: string;
  readonly sessions: number;
  readonly setup: string;
  /** Evicts the page cache now and then, so that reads reach the disk. */
  readonly cold: boolean;
  /** Mean pause of a session between two statements (exponential); absent: none. */
  readonly thinkMs?: number;
  /** Each statement starts the same number of parallel workers. */
  readonly startsWorkers?: true;
  /** For choosing the ledger's constants: run only when asked for by name. */
  readonly tuning?: true;
  pick(session: number, random: () => number): string;
}

const OLTP = [
  (r: () => number) => `SELECT abalance FROM accounts WHERE aid = ${whole(r, 100_000)}`,
  (r: () => number) => `UPDATE accounts SET abalance = abalance + 1 WHERE aid = ${whole(r, 100_000)}`,
  (r: () => number) =>
    `SELECT count(*), sum(abalance) FROM accounts WHERE aid BETWEEN ${whole(r, 50_000)} AND ${50_000 + whole(r, 20_000)}`,
  (r: () => number) =>
    `SELECT bid, avg(abalance) FROM accounts WHERE abalance > ${whole(r, 10) - 20} GROUP BY bid`,
  (r: () => number) =>
    `SELECT aid FROM accounts WHERE filler LIKE '%${whole(r, 9)}x%' ORDER BY abalance LIMIT 5`,
  (r: () => number) =>
    `SELECT md5(string_agg(aid::text, ',')) FROM (SELECT aid FROM accounts WHERE aid < ${1000 + whole(r, 9000)}) AS s`,
  (r: () => number) => `INSERT INTO history SELECT ${whole(r, 1000)}, now(), 'x' FROM generate_series(1, 20)`,
  (r: () => number) => `SELECT pg_sleep(0.02), ${whole(r, 1000)}`,
];
const HEAVY = [
  (r: () => number) =>
    `SELECT count(*) FROM facts AS a WHERE sqrt(a.abalance + ${whole(r, 99)} + 1000000) > 0`,
  (r: () => number) =>
    `SELECT bid, count(DISTINCT abalance) FROM facts WHERE aid > ${whole(r, 999)} GROUP BY bid`,
  (r: () => number) => `SELECT sum(length(md5(filler || ${whole(r, 99)}))) FROM facts`,
  (r: () => number) =>
    `SELECT count(*) FROM facts AS a JOIN facts AS b USING (aid) WHERE a.abalance >= ${-whole(r, 9)}`,
];
const SCANS = [
  (r: () => number) => `SELECT count(*) FROM big WHERE shop = ${whole(r, 999)}`,
  (r: () => number) => `SELECT max(length(document)) FROM big WHERE id > ${whole(r, 999)}`,
  (r: () => number) => `SELECT document FROM big WHERE id = ${whole(r, 400_000)}`,
];

/** Statements that the OLTP mix does not have. */
const REPORTS = [
  (r: () => number) =>
    `SELECT bid, count(*), max(aid) FROM accounts WHERE aid % 7 = ${whole(r, 6)} GROUP BY bid`,
  (
    r: () => number,
  ) => `SELECT max(k) FROM (SELECT rank() OVER (PARTITION BY bid ORDER BY abalance) AS k FROM accounts
     WHERE aid > ${whole(r, 50_000)} LIMIT 20000) AS s`,
  (r: () => number) =>
    `SELECT a.aid, b.filler FROM accounts AS a JOIN accounts AS b ON b.aid = a.aid + 1 WHERE a.aid BETWEEN ${1000 * whole(r, 90)} AND ${1000 * whole(r, 90) + 2000}`,
  (r: () => number) => `UPDATE accounts SET filler = repeat('g', 60) WHERE aid = ${whole(r, 100_000)}
     AND bid <= (SELECT max(bid) FROM accounts WHERE aid BETWEEN ${whole(r, 90_000)} AND 95000)`,
  (r: () => number) =>
    `SELECT sum(abalance) FROM accounts WHERE aid IN (SELECT ${whole(r, 90)} * i FROM generate_series(1, 1000) AS i)`,
  (r: () => number) =>
    `INSERT INTO history SELECT i, now(), md5(i::text) FROM generate_series(1, ${100 * whole(r, 9)}) AS i`,
  (r: () => number) => `SELECT bid, filler FROM accounts WHERE aid = ${whole(r, 100_000)}`,
];
/** Graded: about 0.1 to 60 ms of CPU. */
const LADDER = [
  (r: () => number) => `SELECT sum(i + ${whole(r, 9)}) FROM generate_series(1, 600) AS i`,
  (r: () => number) => `SELECT max(i * ${whole(r, 9)}) FROM generate_series(1, 2500) AS i`,
  (r: () => number) => `SELECT min(sqrt(i + ${whole(r, 9)})) FROM generate_series(1, 7000) AS i`,
  (r: () => number) => `SELECT count(DISTINCT i % ${whole(r, 90)}) FROM generate_series(1, 12000) AS i`,
  (r: () => number) =>
    `SELECT avg(length(md5((i + ${whole(r, 9)})::text))) FROM generate_series(1, 20000) AS i`,
  (r: () => number) => `SELECT bid, max(aid + ${whole(r, 9)}) FROM accounts GROUP BY bid`,
  (r: () => number) => `SELECT max(md5(filler || ${whole(r, 99)})) FROM accounts WHERE aid < 60000`,
];

const PARALLEL =
  'SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0';
const SERIAL = 'SET max_parallel_workers_per_gather = 0';

export const WORKLOADS: readonly BenchWorkload[] = [
  {
    name: 'oltp-dedicated',
    sessions: 8,
    setup: SERIAL,
    cold: false,
    pick: (session, r) => choose([OLTP[session % 8], OLTP[(session * 3 + 1) % 8]], r)(r),
  },
  { name: 'oltp-pooled', sessions: 8, setup: SERIAL, cold: false, pick: (_, r) => choose(OLTP, r)(r) },
  {
    name: 'parallel',
    sessions: 3,
    setup: PARALLEL,
    cold: false,
    startsWorkers: true,
    pick: (_, r) => choose(HEAVY, r)(r),
  },
  { name: 'io-bound', sessions: 3, setup: SERIAL, cold: true, pick: (_, r) => choose(SCANS, r)(r) },
  {
    name: 'think-time',
    sessions: 12,
    setup: SERIAL,
    cold: false,
    thinkMs: 100,
    pick: (_, r) => choose(REPORTS, r)(r),
  },
  {
    name: 'ladder',
    sessions: 6,
    setup: SERIAL,
    cold: false,
    tuning: true,
    pick: (_, r) => choose(LADDER, r)(r),
  },
  {
    name: 'ladder-think',
    sessions: 8,
    setup: SERIAL,
    cold: false,
    thinkMs: 50,
    tuning: true,
    pick: (_, r) => choose(LADDER, r)(r),
  },
];

export const SCHEMA = `
  CREATE TABLE accounts AS SELECT i AS aid, i % 50 AS bid, (i * 7919) % 1000 AS abalance, repeat('f', 60) AS filler FROM generate_series(1, 100000) AS i;
  ALTER TABLE accounts ADD PRIMARY KEY (aid);
  CREATE TABLE facts AS SELECT a.aid + 100000 * i AS aid, a.bid, a.abalance, a.filler FROM accounts AS a, generate_series(0, 5) AS i;
  CREATE TABLE history (tid int, at timestamptz, filler text);
  CREATE TABLE big AS SELECT i AS id, i % 1000 AS shop, repeat(md5(i::text), 15) AS document FROM generate_series(1, 400000) AS i;
  ALTER TABLE big ADD PRIMARY KEY (id);
  VACUUM ANALYZE`;

/** A session's statements one after another, until the load is to stop. */
export async function runSession(
  { thinkMs, pick }: BenchWorkload,
  session: number,
  random: () => number,
  busy: () => boolean,
  query: (statement: string) => Promise<unknown>,
): Promise<void> {
  while (busy()) {
    await query(pick(session, random));
    if (thinkMs !== undefined) await sleep(-thinkMs * Math.log(1 - random()));
  }
}

/** Small and seeded: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function whole(random: () => number, most: number): number {
  return 1 + Math.floor(random() * most);
}

export function choose<T>(all: readonly (T | undefined)[], random: () => number): T {
  return all[Math.floor(random() * all.length)] as T;
}
