import { type BenchWorkload, choose, whole } from './workloads.js';

type Statement = (random: () => number) => string;

const OLTP: readonly Statement[] = [
  (r) => `SELECT abalance FROM accounts WHERE aid = ${whole(r, 100_000)}`,
  (r) => `UPDATE accounts SET abalance = abalance + 1 WHERE aid = ${whole(r, 100_000)}`,
  (r) =>
    `SELECT COUNT(*), SUM(abalance) FROM accounts WHERE aid BETWEEN ${whole(r, 50_000)} AND ${50_000 + whole(r, 20_000)}`,
  (r) => `SELECT bid, AVG(abalance) FROM accounts WHERE abalance > ${whole(r, 10) - 20} GROUP BY bid`,
  (r) => `SELECT aid FROM accounts WHERE filler LIKE '%${whole(r, 9)}x%' ORDER BY abalance LIMIT 5`,
  (r) => `SELECT MAX(SHA2(CONCAT(filler, aid), 256)) FROM accounts WHERE aid < ${1000 + whole(r, 9000)}`,
  (r) => `INSERT INTO history SELECT ${whole(r, 1000)}, NOW(), 'x' FROM accounts WHERE aid <= 20`,
  (r) => `SELECT SLEEP(0.02), ${whole(r, 1000)}`,
];
const SCANS: readonly Statement[] = [
  (r) => `SELECT COUNT(*) FROM big WHERE shop = ${whole(r, 999)}`,
  (r) => `SELECT MAX(LENGTH(document)) FROM big WHERE id > ${whole(r, 999)}`,
  (r) => `SELECT document FROM big WHERE id = ${whole(r, 200_000)}`,
];

/** Statements that the OLTP mix does not have. */
const REPORTS: readonly Statement[] = [
  (r) => `SELECT bid, COUNT(*), MAX(aid) FROM accounts WHERE aid % 7 = ${whole(r, 6)} GROUP BY bid`,
  (r) =>
    `SELECT MAX(k) FROM (SELECT RANK() OVER (PARTITION BY bid ORDER BY abalance) AS k FROM accounts WHERE aid BETWEEN ${whole(r, 40_000)} AND 50000) AS s`,
  (r) =>
    `SELECT a.aid, b.filler FROM accounts AS a JOIN accounts AS b ON b.aid = a.aid + 1 WHERE a.aid BETWEEN ${1000 * whole(r, 90)} AND ${1000 * whole(r, 90) + 2000}`,
  (r) => `UPDATE accounts SET filler = REPEAT('g', 60) WHERE aid = ${whole(r, 100_000)}`,
  (r) => `INSERT INTO history SELECT aid, NOW(), 'y' FROM accounts WHERE aid <= ${100 * whole(r, 9)}`,
  (r) => `SELECT bid, filler FROM accounts WHERE aid = ${whole(r, 100_000)}`,
];
/** Graded: about 0.1 to 60 ms of CPU. */
const LADDER: readonly Statement[] = [
  (r) => `SELECT BENCHMARK(${20_000 + whole(r, 9)}, CRC32('a'))`,
  (r) => `SELECT BENCHMARK(${8000 + whole(r, 9)}, TO_BASE64('a'))`,
  (r) => `SELECT BENCHMARK(${8000 + whole(r, 9)}, SHA2('a', 256))`,
  (r) => `SELECT SUM(abalance + ${whole(r, 9)}) FROM accounts WHERE aid < 20000`,
  (r) => `SELECT bid, MAX(aid + ${whole(r, 9)}) FROM accounts GROUP BY bid`,
  (r) => `SELECT MAX(SHA2(CONCAT(filler, ${whole(r, 99)}), 256)) FROM accounts`,
];

export const MYSQL_WORKLOADS: readonly BenchWorkload[] = [
  {
    name: 'oltp-dedicated',
    sessions: 8,
    setup: '',
    cold: false,
    pick: (session, r) => choose([OLTP[session % 8], OLTP[(session * 3 + 1) % 8]], r)(r),
  },
  { name: 'oltp-pooled', sessions: 8, setup: '', cold: false, pick: (_, r) => choose(OLTP, r)(r) },
  { name: 'io-bound', sessions: 3, setup: '', cold: true, pick: (_, r) => choose(SCANS, r)(r) },
  {
    name: 'think-time',
    sessions: 12,
    setup: '',
    cold: false,
    thinkMs: 100,
    pick: (_, r) => choose(REPORTS, r)(r),
  },
  { name: 'ladder', sessions: 6, setup: '', cold: false, tuning: true, pick: (_, r) => choose(LADDER, r)(r) },
];

/** Each connection runs one statement again and again, so that its thread's CPU is the truth. */
export const ONE_EACH: BenchWorkload = {
  name: 'one-each',
  sessions: 8,
  setup: '',
  cold: false,
  pick: (session, r) => (OLTP[session % 8] as Statement)(r),
};

export const MYSQL_SCHEMA: readonly string[] = [
  'CREATE DATABASE bench',
  'USE bench',
  'CREATE TABLE digits (n INT PRIMARY KEY)',
  'INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)',
  'CREATE TABLE accounts (aid INT PRIMARY KEY, bid INT, abalance INT, filler VARCHAR(80))',
  `INSERT INTO accounts SELECT 1 + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n, (a.n + b.n * 10) % 50, (a.n * 7919 + c.n * 31) % 1000, REPEAT('f', 60)
   FROM digits AS a, digits AS b, digits AS c, digits AS d, digits AS e`,
  'CREATE TABLE history (tid INT, at DATETIME, filler VARCHAR(10))',
  'CREATE TABLE big (id INT PRIMARY KEY AUTO_INCREMENT, shop INT, document TEXT)',
  'INSERT INTO big (shop, document) SELECT aid % 1000, REPEAT(SHA2(aid, 256), 8) FROM accounts',
  'INSERT INTO big (shop, document) SELECT aid % 1000, REPEAT(SHA2(aid + 1000000, 256), 8) FROM accounts',
  'ANALYZE TABLE accounts, big',
];
