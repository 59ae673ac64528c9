// Runs every example against the built package and a private PostgreSQL that it starts for them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const examples = readdirSync(new URL('../examples', import.meta.url)).filter((name) => name.endsWith('.ts'));
let failed = 0;
for (const example of examples) {
  const run = spawnSync('npx', ['tsx', 'scripts/with-private-postgres.ts', `examples/${example}`], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const ok = run.status === 0 && run.stdout.trim().length > 0;
  console.log(`${ok ? 'ok' : 'FAILED'} examples/${example}`);
  if (!ok) {
    failed += 1;
    console.log(run.stdout, run.stderr);
  }
}
process.exitCode = failed > 0 || examples.length === 0 ? 1 : 0;
