import type { Capability } from '../core/capability.js';
import type { Descriptors } from './descriptors.js';

/** What this kernel and these privileges show. Asked once. */
export function hostCapabilities(root: string, files: Descriptors): Capability[] {
  const readable = (name: string) => files.read(`${root}/${name}`) !== null;
  return [
    readable('self/schedstat')
      ? there('os.runQueue')
      : missing(
          'os.runQueue',
          'the kernel has no schedstat: CPU comes in steps of 10 ms, run-queue time is unknown',
          null,
        ),
    process.getuid?.() === 0
      ? there('os.io')
      : missing(
          'os.io',
          "bytes read and written by other users' processes are hidden",
          "run the collector as root or as the server's user",
        ),
    files.read(`${root}/sys/kernel/task_delayacct`)?.trim() === '1'
      ? there('os.blockIoDelay')
      : missing('os.blockIoDelay', 'delay accounting is off', 'sysctl -w kernel.task_delayacct=1'),
    readable('pressure/cpu')
      ? there('os.pressure')
      : missing('os.pressure', 'the kernel has no PSI', 'boot with psi=1'),
  ];
}

/** Elsewhere than on Linux: the host's totals and nothing below them. */
export function capabilitiesElsewhere(platform: NodeJS.Platform): Capability[] {
  const windows = platform === 'win32';
  return [
    missing(
      'os.processes',
      `CPU, I/O and memory of sessions and servers need Linux's /proc, this is ${platform}`,
      "run dbvitals on the server's host where that is Linux",
    ),
    missing(
      'os.host',
      `totals only (CPU, memory, network${windows ? '' : ', load, disks together'}): no pressure, control groups or times of single disks`,
      null,
    ),
  ];
}

function there(capability: string): Capability {
  return { capability, available: true, reason: null, remedy: null };
}

function missing(capability: string, reason: string, remedy: string | null): Capability {
  return { capability, available: false, reason, remedy };
}
