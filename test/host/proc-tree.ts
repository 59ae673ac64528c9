import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process of a recorded host. */
export interface RecordedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly argv: string;
  readonly executable?: string;
  readonly directory?: string;
  readonly cgroup?: string;
  /** Seconds after boot. */
  readonly startedS?: number;
  readonly anonPages?: number;
  /** Inode of a socket of its own that listens on the port. */
  readonly listens?: { readonly inode: number; readonly port: number };
  /** Files below its root. */
  readonly files?: Readonly<Record<string, string>>;
}

export const BOOTED_S = 1_700_000_000;

/** Writes processes as a /proc that the host reader can read: the lines have the format that Linux 6 gives. */
export function writeProc(root: string, processes: readonly RecordedProcess[]): void {
  write(
    join(root, 'stat'),
    `cpu  1 0 1 9 0 0 0 0 0 0\ncpu0 1 0 1 9 0 0 0 0 0 0\nctxt 1\nbtime ${BOOTED_S}\n`,
  );
  for (const each of processes) writeProcess(join(root, String(each.pid)), each);
}

function writeProcess(at: string, process: RecordedProcess): void {
  const { pid, parent, command, argv, startedS = 100, anonPages = 256 } = process;
  const zeros = (count: number) => Array.from({ length: count }, () => '0').join(' ');
  write(
    join(at, 'stat'),
    `${pid} (${command}) S ${parent} ${pid} ${pid} 0 -1 4194560 ${zeros(4)} 7 3 0 0 20 0 1 0 ${startedS * 100} ${zeros(30)}\n`,
  );
  write(join(at, 'cmdline'), `${argv.replaceAll(' ', '\0')}\0`);
  write(join(at, 'schedstat'), '100000000 5000 10\n');
  write(join(at, 'statm'), `${anonPages + 100} ${anonPages + 50} 50 1 0 200 0\n`);
  write(join(at, 'status'), `Name:\t${command}\nPid:\t${pid}\nNSpid:\t${pid}\n`);
  write(join(at, 'cgroup'), `0::${process.cgroup ?? '/system.slice/db.service'}\n`);
  write(join(at, 'io'), 'rchar: 1\nwchar: 1\nsyscr: 1\nsyscw: 1\nread_bytes: 0\nwrite_bytes: 0\n');
  for (const [name, target] of [
    ['exe', process.executable],
    ['cwd', process.directory],
  ] as const)
    if (target !== undefined) symlinkSync(target, join(at, name));
  for (const [path, text] of Object.entries(process.files ?? {})) write(join(at, 'root', path), text);
  mkdirSync(join(at, 'fd'));
  if (process.listens === undefined) return;
  const { inode, port } = process.listens;
  symlinkSync(`socket:[${inode}]`, join(at, 'fd/20'));
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  write(
    join(at, 'net/tcp'),
    `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 00000000:${hex} 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 ${inode} 1 0 100 0 0 10 0\n`,
  );
}

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}
