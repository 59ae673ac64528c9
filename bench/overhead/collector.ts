import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');

export interface Collector {
  readonly child: ChildProcess;
  readonly directory: string;
}

export async function startCollector(
  server: PrivatePostgres,
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-bench-')),
): Promise<Collector> {
  const child = spawn(
    process.execPath,
    [MAIN, 'collect', '--url', server.url(), '--data-dir', directory, '--log-level', 'warn'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await sleep(5_000);
  return { child, directory };
}

export async function stopCollector({ child, directory }: Collector): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(directory, { recursive: true, force: true });
}
