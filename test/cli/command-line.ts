import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');

/** The built command line with a home, a configuration and a store of its own. */
export class CommandLine implements Disposable {
  readonly home = mkdtempSync(join(tmpdir(), 'dbvitals-cli-test-'));

  run(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      encoding: 'utf8',
      env: this.#environment(),
      input,
    });
    return { status, stdout, stderr };
  }

  json<T>(...args: readonly string[]): T {
    const { stdout, stderr } = this.run([...args, '--json']);
    if (stdout === '') throw new Error(`${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  start(...args: readonly string[]): ChildProcess & { readonly ended: Promise<number | null> } {
    const child = spawn(process.execPath, [MAIN, ...args], { env: this.#environment(), stdio: 'ignore' });
    return Object.assign(child, { ended: once(child, 'exit').then(([code]) => code as number | null) });
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      HOME: this.home,
      DBVITALS_CONFIG: join(this.home, 'config.yaml'),
      DBVITALS_DATA_DIR: join(this.home, 'data'),
      COLUMNS: '150',
    };
  }
}
