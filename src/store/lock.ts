import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DbvitalsError } from '../core/errors.js';
import { fullOr } from './write-file.js';

/** Makes this process the directory's one collector; the result gives it up. Throws STORE_LOCKED naming the owner, STORE_FULL. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = join(directory, 'collector.lock');
  const own = join(directory, `.lock-${process.pid}`);
  const content = `${process.pid} ${startTicks(process.pid)}`;
  try {
    writeFileSync(own, content, { mode: 0o600 });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        linkSync(own, lock);
        return () => release(lock, content);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const owner = ownerOf(lock);
        if (owner !== null) throw locked(directory, owner);
        rmSync(lock, { force: true });
      }
    }
    throw locked(directory, ownerOf(lock) ?? 0);
  } catch (error) {
    throw fullOr(error, directory);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Pid in the lock file when that very process lives: a reused pid started at another time. */
function ownerOf(lock: string): number | null {
  try {
    const [pid = '', ticks] = readFileSync(lock, 'utf8').split(' ');
    return ticks !== 'gone' && startTicks(Number(pid)) === ticks ? Number(pid) : null;
  } catch {
    return null;
  }
}

function startTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone';
  } catch {
    return 'gone';
  }
}

function release(lock: string, content: string): void {
  try {
    if (readFileSync(lock, 'utf8') === content) rmSync(lock);
  } catch {
    // Gone with its directory.
  }
}

function locked(directory: string, pid: number): DbvitalsError {
  return new DbvitalsError('STORE_LOCKED', `another collector (process ${pid}) writes to ${directory}`, {
    remedy: 'stop it first, or give this one another --data-dir; reading needs no lock',
  });
}
