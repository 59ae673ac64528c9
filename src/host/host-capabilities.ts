import type { Capability } from '../core/capability.js';
import type { Descriptors } from './descriptors.js';

/** What this kernel and these privileges show. Asked once. */
export function hostCapabilities(root: string, files: Descriptors, linux: boolean): Capability[] {
  if (!linux)
    return [missing('os.processes', `per-process figures need Linux, this is ${process.platform}`, null)];
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

function there(capability: string): Capability {
  return { capability, available: true, reason: null, remedy: null };
}

function missing(capability: string, reason: string, remedy: string | null): Capability {
  return { capability, available: false, reason, remedy };
}
