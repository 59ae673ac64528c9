/** A workload: who runs which statements. `pick` gives the next statement of a session. */
export interface BenchWorkload {
  readonly name: string;
  readonly sessions: number;
  readonly setup: string;
  /** Evicts the page cache now and then, so that reads reach the disk. */
  readonly cold: boolean;
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
/** Long enough that starting workers (4-8 ms of CPU each, which the truth does not count) is a small part. */
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
  { name: 'parallel', sessions: 3, setup: PARALLEL, cold: false, pick: (_, r) => choose(HEAVY, r)(r) },
  { name: 'io-bound', sessions: 3, setup: SERIAL, cold: true, pick: (_, r) => choose(SCANS, r)(r) },
];

export const SCHEMA = `
  CREATE TABLE accounts AS SELECT i AS aid, i % 50 AS bid, (i * 7919) % 1000 AS abalance, repeat('f', 60) AS filler FROM generate_series(1, 100000) AS i;
  ALTER TABLE accounts ADD PRIMARY KEY (aid);
  CREATE TABLE facts AS SELECT a.aid + 100000 * i AS aid, a.bid, a.abalance, a.filler FROM accounts AS a, generate_series(0, 5) AS i;
  CREATE TABLE history (tid int, at timestamptz, filler text);
  CREATE TABLE big AS SELECT i AS id, i % 1000 AS shop, repeat(md5(i::text), 15) AS document FROM generate_series(1, 400000) AS i;
  ALTER TABLE big ADD PRIMARY KEY (id);
  VACUUM ANALYZE`;

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
