import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../core/logger.js';

/** A run costs 0.4 s of CPU before it merges anything, and then 10 ms a flush: seldom is cheaper, and 120 small files are still read at once. */
const RUN_EVERY = 10;

/** Merges files in a child process of the lowest priority, one at a time; a child that fails is tried again later. */
export class Compactor {
  #child: ChildProcess | null = null;
  #calls = 0;
  #stopped = false;

  constructor(
    private readonly directory: string,
    private readonly logger: Logger,
  ) {}

  /** Called once a minute; every tenth call starts a run unless one is under way. */
  run(currentHour: string): void {
    this.#calls += 1;
    const worker = fileURLToPath(new URL('./compact-worker.js', import.meta.url));
    if (this.#child !== null || this.#calls % RUN_EVERY !== 0 || !existsSync(worker)) return;
    const child = fork(worker, [this.directory, currentHour], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    this.#child = child;
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString()}`.slice(-500);
    });
    child.once('exit', (code) => {
      this.#child = null;
      if (code !== 0 && !this.#stopped)
        this.logger.warn({ code, complaint }, 'merging files failed; it is tried again');
    });
    child.once('error', (error) =>
      this.logger.warn({ error: error.message }, 'merging files could not start'),
    );
  }

  /** Kills a merge that is under way: its inputs still count, and the next collector merges them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (child === null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }
}
