// Docs are checked like code: every ```ts block type-checks, every relative link exists, every error code is explained.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const pages = [
  ...markdown(root, false),
  ...markdown(join(root, 'docs'), true),
  ...markdown(join(root, 'examples'), true),
];
const problems = [];

for (const page of pages) problems.push(...brokenLinks(page));
problems.push(...undocumentedErrors());
problems.push(...typeErrors());

for (const problem of problems) console.log(problem);
console.log(`${pages.length} pages, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

function markdown(directory, deep) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return deep ? markdown(path, true) : [];
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function brokenLinks(page) {
  const text = readFileSync(page, 'utf8').replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
    .filter(([, target]) => !existsSync(join(dirname(page), target)))
    .map(([, target]) => `${short(page)}: no such file: ${target}`);
}

function undocumentedErrors() {
  const source = readFileSync(join(root, 'src/core/errors.ts'), 'utf8');
  const table = source.slice(source.indexOf('ERROR_CODES = {'), source.indexOf('} as const'));
  const codes = [...table.matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1]);
  const explained = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  return codes
    .filter((code) => !explained.includes(`## ${code}\n`))
    .map((code) => `docs/errors.md: ${code} is not explained`);
}

/** Blocks are checked against the sources through a path alias, each as a module of its own. */
function typeErrors() {
  const directory = join(root, '.docs-check');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const origin = new Map();
  for (const page of pages) {
    for (const [index, [, code]] of [
      ...readFileSync(page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm),
    ].entries()) {
      const name = `${short(page).replace(/\W+/g, '-')}-${index + 1}.ts`;
      writeFileSync(join(directory, name), `${code}\nexport {};\n`);
      origin.set(name, short(page));
    }
  }
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { noUnusedLocals: false, paths: { dbvitals: ['../src/index.ts'] } },
      include: ['*.ts'],
    }),
  );
  const run = spawnSync('npx', ['tsc', '-p', directory], { encoding: 'utf8', cwd: root });
  rmSync(directory, { recursive: true, force: true });
  if (origin.size === 0) return ['no ```ts block was found in the docs'];
  return run.status === 0 ? [] : `${run.stdout}${run.stderr}`.trim().split('\n');
}

function short(path) {
  return path.slice(root.length + 1);
}
