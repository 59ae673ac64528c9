import { readFileSync, readlinkSync, statSync } from 'node:fs';
import type { ProcessDescription } from '../core/host.js';
import { cgroupPathOf, containerOf, parseCgroupPaths } from './parse/cgroup.js';
import { parseNamespacePid, parseStat } from './parse/process.js';
import { CLOCK_TICKS, parseSystemStat } from './parse/system.js';

/** Who a process is; null when it is gone. Read seldom, so nothing is kept open. */
export function describeProcess(root: string, pid: number): ProcessDescription | null {
  const stat = parseStat(readText(`${root}/${pid}/stat`));
  if (stat === null) return null;
  const cgroup = cgroupPathOf(parseCgroupPaths(readText(`${root}/${pid}/cgroup`)));
  return {
    pid,
    parentPid: stat.parentPid,
    startTicks: stat.startTicks,
    startedAtMs: bootTimeMs(root) + (stat.startTicks * 1000) / CLOCK_TICKS,
    uid: ownerOf(`${root}/${pid}`),
    commandLine: printable(readText(`${root}/${pid}/cmdline`).replaceAll('\0', ' ')),
    command: printable(stat.command),
    executable: link(`${root}/${pid}/exe`),
    workingDirectory: link(`${root}/${pid}/cwd`),
    namespacePid: parseNamespacePid(readText(`${root}/${pid}/status`)),
    cgroup,
    container: cgroup === null ? null : containerOf(cgroup),
  };
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function bootTimeMs(root: string): number {
  return parseSystemStat(readText(`${root}/stat`)).bootTimeSeconds * 1000;
}

function ownerOf(path: string): number {
  try {
    return statSync(path).uid;
  } catch {
    return -1;
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path).replace(/ \(deleted\)$/, '');
  } catch {
    return null;
  }
}

/** Titles are written by whoever runs the process. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').trim();
}
