import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Database servers refuse to run as root: as root they run as `nobody`, else as ourselves. */
export interface ServerAccount {
  /** Undefined: our own. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export function serverAccount(): ServerAccount {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined };
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return { uid: Number(entry?.[2] ?? 65534), gid: Number(entry?.[3] ?? 65534) };
}

/** Where fetched programs are kept. Root's home is closed to the account that runs them, so root uses /var/cache. */
export function defaultCacheDirectory(): string {
  return process.getuid?.() === 0
    ? '/var/cache/dbvitals/servers'
    : join(homedir(), '.cache/dbvitals/servers');
}
