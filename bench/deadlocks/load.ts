/**
 * Runs mixes until SIGTERM: one line of JSON for each deadlock that a client is told of, and a summary at the end.
 * Arguments: engine, port, seed, pauseMs, rowsFactor, sessions, mix names joined by commas.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { seeded } from '../attribution/workloads.js';
import { keysOf } from './keys.js';
import { MIXES, type Mix, type MixTemplate } from './mixes.js';
import { type BenchEngine, endOf, parameterOf, statementOf } from './sql.js';

const [engine, port, seed, pauseMs, rowsFactor, sessions, names] = process.argv.slice(2) as [
  BenchEngine,
  string,
  string,
  string,
  string,
  string,
  string,
];
const THINK_MS = 50;
const counts = new Map<string, { transactions: number; deadlocks: number }>();
const stop = new AbortController();
setMaxListeners(0, stop.signal);
process.once('SIGTERM', () => stop.abort());

interface Client {
  query(sql: string, values?: readonly (number | string)[]): Promise<unknown>;
  end(): Promise<void>;
}

console.log(JSON.stringify({ ready: true }));
const mixes = names.split(',').flatMap((name) => MIXES.find((mix) => mix.name === name) ?? []);
await Promise.all(
  mixes.flatMap((mix, place) =>
    Array.from({ length: Number(sessions) }, (_, index) => run(mix, Number(seed) + 1000 * place + index)),
  ),
);
for (const [mix, count] of counts) console.log(JSON.stringify({ mix, ...count }));
process.exit(0);

async function run(mix: Mix, own: number): Promise<void> {
  const random = seeded(own);
  const client = await connect(mix);
  const rows = Math.round(mix.rows * Number(rowsFactor));
  const count = counts.get(mix.name) ?? { transactions: 0, deadlocks: 0 };
  counts.set(mix.name, count);
  let unique = own * 100_000;
  while (!stop.signal.aborted) {
    const template = pick(mix, random);
    unique += 1;
    const keys = keysOf(template, rows, random, unique % 2_000_000_000);
    try {
      await transaction(client, mix, template, keys, random);
      count.transactions += 1;
    } catch (error) {
      const { code, errno } = error as { code?: string; errno?: number };
      if (code !== '40P01' && errno !== 1213) throw error;
      console.log(JSON.stringify({ deadlock: mix.name, atMs: Date.now() }));
      count.deadlocks += 1;
      await client.query('ROLLBACK');
    }
    await sleep(exponential(random, Number(pauseMs)), undefined, { signal: stop.signal }).catch(() => {});
  }
  await client.end();
}

async function transaction(
  client: Client,
  mix: Mix,
  template: MixTemplate,
  keys: readonly number[],
  random: () => number,
): Promise<void> {
  const many = template.steps.length > 1;
  if (many) await client.query('BEGIN');
  for (const [index, step] of template.steps.entries()) {
    if (index > 0) await sleep(exponential(random, THINK_MS));
    await client.query(statementOf(mix, step, engine), [parameterOf(step, keys, mix)]);
  }
  if (many) await client.query(endOf(template));
  if (engine === 'mysql' && template.steps.some(({ how }) => how === 'gate'))
    await client.query('SELECT RELEASE_ALL_LOCKS()');
}

async function connect(mix: Mix): Promise<Client> {
  if (engine === 'postgresql') {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(port),
      user: 'postgres',
      database: 'postgres',
      application_name: mix.name,
    });
    await client.connect();
    return { query: (sql, values) => client.query(sql, values as unknown[]), end: () => client.end() };
  }
  const client = await mysql.createConnection({ host: '127.0.0.1', port: Number(port), user: 'root' });
  return {
    query: (sql, values) => client.query(sql, values as unknown[] | undefined),
    end: () => client.end(),
  };
}

function pick({ templates }: Mix, random: () => number): MixTemplate {
  let left = random() * templates.reduce((sum, { weight }) => sum + weight, 0);
  const found = templates.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return found ?? (templates[0] as MixTemplate);
}

function exponential(random: () => number, mean: number): number {
  return -Math.log(1 - random()) * mean;
}
