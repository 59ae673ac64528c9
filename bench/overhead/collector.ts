import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');

/** A young process compiles what it runs often: its first seconds cost three times as much and are not what watching costs. */
const WARM_UP_MS = 15_000;

export interface Collector {
  readonly child: ChildProcess;
  readonly directory: string;
}

/** A collector of one instance for each URL. */
export async function startCollector(
  urls: readonly string[],
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-bench-')),
): Promise<Collector> {
  const config = configOf(directory);
  const instances = urls.map((url, index) => `  - { name: ${nameOf(index)}, url: '${url}' }\n`);
  writeFileSync(config, `instances:\n${instances.join('')}`, { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [MAIN, 'collect', '--config', config, '--data-dir', directory, '--log-level', 'warn'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await sleep(WARM_UP_MS);
  return { child, directory };
}

export async function stopCollector({ child, directory }: Collector): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(directory, { recursive: true, force: true });
}

/** Name of the instance at the URL of this index. */
export function nameOf(index: number): string {
  return `server${index}`;
}

export function configOf(directory: string): string {
  return join(directory, 'config.yaml');
}

/** A load of so many sessions, in turn on each port, in a process of its own; resolves when all of them run. */
export async function spawnLoad(
  engine: 'postgresql' | 'mysql',
  ports: readonly number[],
  sessions: number,
  burners: number,
): Promise<ChildProcess> {
  const script = join(import.meta.dirname, `load-${engine}.ts`);
  const args = [ports.join(','), String(sessions), String(burners)];
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}
