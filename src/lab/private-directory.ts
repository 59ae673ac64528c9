import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerAccount } from './account.js';
import { WATCHDOG } from './directory-watchdog.js';

/**
 * A directory of our own for a private server, and a watchdog: a detached process that holds the read end of a pipe to
 * us. When the pipe closes without a word, we died (kill -9 too): it ends the processes named and removes the directory.
 */
export interface PrivateDirectory {
  readonly path: string;
  /** The process to end, with all its children's group, when we die. */
  guard(pid: number): void;
  remove(): Promise<void>;
}

const live = new Set<PrivateDirectory>();

export async function makePrivateDirectory(
  prefix: string,
  account: ServerAccount,
): Promise<PrivateDirectory> {
  const path = await mkdtemp(join(tmpdir(), `dbvitals-${prefix}-`));
  if (account.uid !== undefined) await chown(path, account.uid, account.gid ?? account.uid);
  const watchdog = spawn(process.execPath, ['-e', WATCHDOG, path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  (watchdog.stdin as unknown as { unref?: () => void }).unref?.();
  const directory: PrivateDirectory = {
    path,
    guard: (pid) => tell(watchdog, String(pid)),
    async remove() {
      live.delete(directory);
      await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      tell(watchdog, 'done');
      watchdog.stdin?.end();
    },
  };
  live.add(directory);
  return directory;
}

/** Paths of the private directories not yet removed, for checks that nothing is left behind. */
export function livePrivateDirectories(): string[] {
  return [...live].map(({ path }) => path);
}

function tell(watchdog: ChildProcess, word: string): void {
  watchdog.stdin?.write(`${word}\n`, () => {});
}
