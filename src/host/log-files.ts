import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AppendedLines, LogFiles, LogPosition } from '../core/host.js';

/** Log files of servers on this host. Nothing is kept open: a file that is rotated away is let go. */
export function logFiles(procRoot: string): LogFiles {
  return {
    readText: (path) => attempt(() => readFileSync(path, 'utf8')),
    newest: (directory, extension) => attempt(() => newest(directory, extension)),
    standardErrorOf: (pid) => attempt(() => regularFile(readlinkSync(`${procRoot}/${pid}/fd/2`))),
    readAppended: (path, from, maxBytes) => attempt(() => readAppended(path, from, maxBytes)),
  };
}

function newest(directory: string, extension: string): string | null {
  const times = readdirSync(directory)
    .filter((name) => name.endsWith(extension))
    .map((name) => join(directory, name))
    .map((path) => ({ path, changedMs: statSync(path).mtimeMs }))
    .sort((a, b) => b.changedMs - a.changedMs);
  return times[0]?.path ?? null;
}

function regularFile(path: string): string | null {
  return statSync(path).isFile() ? path : null;
}

/** Another file under the same name, and one that was cut, are read from their beginning. */
function readAppended(path: string, from: LogPosition | null, maxBytes: number): AppendedLines {
  const file = openSync(path, 'r');
  try {
    const { ino, size } = fstatSync(file);
    if (from === null) return { text: '', position: { inode: ino, offset: size }, skippedBytes: 0 };
    const offset = from.inode === ino && from.offset <= size ? from.offset : 0;
    const start = Math.max(offset, size - maxBytes);
    const buffer = Buffer.alloc(size - start);
    const read = readSync(file, buffer, 0, buffer.length, start);
    // Whole lines only: a newline is one byte in every encoding of a server, so no character is cut either.
    const end = buffer.subarray(0, read).lastIndexOf(0x0a) + 1;
    return {
      text: buffer.toString('utf8', 0, end),
      position: { inode: ino, offset: start + end },
      skippedBytes: start - offset,
    };
  } finally {
    closeSync(file);
  }
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
