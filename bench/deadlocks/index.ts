import type { PostgresVersion } from '../../src/lab/postgresql/index.js';
import type { BenchOptions, BenchResult } from '../run.js';
import { imminent, imminentCold } from './imminent.js';
import { MIXES } from './mixes.js';
import { type MixRun, runMixes } from './mixes-run.js';
import { scoresOf } from './scores.js';
import { simulatedRun } from './simulated.js';
import type { BenchEngine } from './sql.js';
import { shareText } from './wilson.js';

const VERSIONS: readonly PostgresVersion[] = ['14', '15', '16', '17', '18'];
const CONTENTION = [
  { name: 'high', pauseMs: 150 },
  { name: 'low', pauseMs: 600 },
];
/** So many mixes run side by side: two cores carry about 500 transactions a second beside the monitor. */
const TOGETHER = 6;
const USAGE =
  'usage: npm run bench -- deadlocks imminent [trials] | mixes [seconds] [postgresql|mysql] [high|low] [name,…] | simulated [seconds] [seed]';

/**
 * Deadlocks told before they happen. `imminent`: circles that have closed, on PostgreSQL 14 to 18, against the client's
 * error 40P01. `mixes`: patterns of transactions that can deadlock, and controls that cannot, against what is true of
 * them by construction and against their clients' deadlocks. `simulated`: the same mixes on the tests' toy server. Peers: after the fact (lead 0), and lockdep's rule.
 */
export async function run({ json, quick, args }: BenchOptions): Promise<BenchResult> {
  const say = (line: string) => (json ? console.error(line) : console.log(line));
  const [part = 'imminent', ...rest] = args;
  if (part === 'imminent') return runImminent(Number(rest[0] ?? (quick ? 20 : 100)), quick, say);
  if (part === 'simulated')
    return runSimulated(Number(rest[0] ?? (quick ? 120 : 1800)), Number(rest[1] ?? 99), say);
  if (part === 'mixes') return runPack(rest, quick, say);
  throw new Error(USAGE);
}

async function runImminent(
  trials: number,
  quick: boolean,
  say: (line: string) => void,
): Promise<BenchResult> {
  const figures: Record<string, unknown> = {};
  for (const version of quick ? VERSIONS.slice(-1) : VERSIONS) {
    const found = await imminent(version, trials, Number(version));
    figures[version] = found;
    say(
      `PostgreSQL ${version}: ${found.deadlocks} deadlocks, told before ${shareText(found.flagged)}, at least 0.3 s before ${shareText(found.flaggedEarly)} (stood so long ${shareText(found.stoodEarly)}), of those that stood 0.5 s ${shareText(found.flaggedEarlyOfLong)}, victim right ${shareText(found.victimRight)}, lead ${found.medianLeadMs} ms (5 %: ${found.p5LeadMs} ms), time off by ${found.medianErrorMs?.toFixed(1)} ms, false alarms ${shareText(found.falseAlarms)}`,
    );
  }
  figures.cold = await imminentCold('18', quick ? 5 : 20);
  say(`PostgreSQL 18, first wait in ten minutes: ${JSON.stringify(figures.cold)}`);
  return { bench: 'deadlocks', figures, peers: { afterTheFact: { leadMs: 0 } }, runs: 1 };
}

async function runPack(
  [seconds, engine, contention, names]: readonly string[],
  quick: boolean,
  say: (line: string) => void,
): Promise<BenchResult> {
  const runs: MixRun[] = [];
  const engines: readonly BenchEngine[] =
    engine === undefined ? ['postgresql', 'mysql'] : [engine as BenchEngine];
  for (const each of engines) {
    const mixes = MIXES.filter(
      (mix) =>
        (mix.engines ?? [each]).includes(each) &&
        (names === undefined || names.split(',').includes(mix.name)),
    ).map(({ name }) => name);
    for (const level of CONTENTION.filter(({ name }) => contention === undefined || name === contention))
      for (let from = 0; from < mixes.length; from += TOGETHER) {
        const batch = mixes.slice(from, from + TOGETHER);
        const found = await runMixes(each, batch, level, Number(seconds ?? (quick ? 30 : 600)), 17);
        for (const one of found) say(lineOf(one));
        runs.push(...found);
      }
  }
  const figures = Object.fromEntries(
    engines.map((each) => [each, scoresOf(runs.filter((one) => one.engine === each))]),
  );
  say(JSON.stringify(figures));
  return {
    bench: 'deadlocks',
    figures: { ...figures, runs },
    peers: { afterTheFact: { leadSeconds: 0 } },
    runs: 1,
  };
}

function runSimulated(seconds: number, seed: number, say: (line: string) => void): BenchResult {
  const runs: MixRun[] = [];
  for (const engine of ['postgresql', 'mysql'] as const)
    for (const mix of MIXES.filter((each) => (each.engines ?? [engine]).includes(engine)))
      for (const pauseMs of [100, 250]) {
        const one = simulatedRun(mix, engine, pauseMs, seconds, seed);
        say(lineOf(one));
        runs.push(one);
      }
  const figures = scoresOf(runs);
  say(JSON.stringify(figures));
  return { bench: 'deadlocks', figures: { ...figures, runs }, peers: {}, runs: runs.length };
}

function lineOf(run: MixRun): string {
  const told = run.told.map(
    ({ pattern, atSeconds, probability }) => `${pattern} at ${atSeconds} s (${probability})`,
  );
  return `${run.engine} ${run.contention} ${run.mix}: truth ${run.truth.join(', ') || 'none'}; told ${told.join(', ') || 'none'}; first deadlock ${run.firstDeadlockSeconds ?? '–'} s, ${run.deadlocks} in ${run.transactions} transactions; risks ${run.risksHappened}/${run.risks}; relation order: ${run.baseline.join(', ') || 'none'}`;
}
