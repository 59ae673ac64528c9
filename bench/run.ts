import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** What every benchmark gives back; `--json` prints it. */
export interface BenchResult {
  readonly bench: string;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly peers: Readonly<Record<string, unknown>>;
  readonly runs: number;
}

export interface BenchOptions {
  readonly json: boolean;
  /** Shorter runs, for trying it out; the figures are then not comparable. */
  readonly quick: boolean;
  readonly args: readonly string[];
}

interface Bench {
  run(options: BenchOptions): Promise<BenchResult>;
}

const [name, ...rest] = process.argv.slice(2);
const options = {
  json: rest.includes('--json'),
  quick: rest.includes('--quick'),
  args: rest.filter((arg) => !['--json', '--quick'].includes(arg)),
};

if (name === undefined || !benches().includes(name)) {
  console.error(`usage: npm run bench -- <name> [--quick] [--json]\nbenchmarks: ${benches().join(', ')}`);
  process.exit(2);
}
const bench = (await import(`./${name}/index.ts`)) as Bench;
const result = await bench.run(options);
if (options.json) console.log(JSON.stringify({ ...result, machine: machine() }));

function benches(): string[] {
  return readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() &&
        entry.name !== 'results' &&
        readdirSync(join(import.meta.dirname, entry.name)).includes('index.ts'),
    )
    .map((entry) => entry.name);
}

function machine(): Record<string, unknown> {
  return {
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}
