import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
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

export async function startCollector(
  url: string,
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-bench-')),
): Promise<Collector> {
  const child = spawn(
    process.execPath,
    [MAIN, 'collect', '--url', url, '--data-dir', directory, '--log-level', 'warn'],
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

/** A load of so many sessions in a process of its own; resolves when all of them run. */
export async function spawnLoad(
  engine: 'postgresql' | 'mysql',
  port: number,
  sessions: number,
  burners: number,
): Promise<ChildProcess> {
  const script = join(import.meta.dirname, `load-${engine}.ts`);
  const args = [port, sessions, burners].map(String);
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}
