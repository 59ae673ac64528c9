// Runs the tests without servers, and the command line's, on another Node major, fetched as npm's `node` package.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const major = process.argv[2] ?? '24';
const directory = mkdtempSync(join(tmpdir(), `dbvitals-node${major}-`));
const report = join(directory, 'report.json');
try {
  execFileSync(
    'npm',
    ['install', '--prefix', directory, '--no-save', '--no-audit', '--no-fund', `node@${major}`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const node = join(directory, 'node_modules/node/bin/node');
  console.log(`running on ${execFileSync(node, ['--version']).toString().trim()}`);
  const vitest = spawnSync(
    node,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
      '--exclude=**/*.db.test.ts',
      '--exclude=**/architecture.test.ts',
    ],
    { stdio: 'inherit', env: { ...process.env, DBVITALS_NO_SERVERS: '1', DBVITALS_NO_REPORT: '1' } },
  );
  process.exitCode = vitest.status ?? 1;
  for (const [why, count] of skips(JSON.parse(readFileSync(report, 'utf8'))))
    console.log(`${count} skipped on Node ${major}: ${why}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** How many tests were skipped for which reason; names of skipped tests and groups end with it (test/needs.ts). */
function skips({ testResults }) {
  const counts = new Map();
  for (const { status, fullName } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    if (status === 'passed' || status === 'failed') continue;
    const why = /\(skipped: (.*?)\)/.exec(fullName)?.[1] ?? `no reason is given: ${fullName}`;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return counts;
}
