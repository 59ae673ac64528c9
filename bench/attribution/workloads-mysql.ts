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
