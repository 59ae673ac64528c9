import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheDirectory, serverAccount } from '../../src/lab/account.js';
import { type DebianTree, fetchTree } from '../../src/lab/debian/fetch.js';
import { freePort } from '../../src/lab/free-port.js';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';
import { makePrivateDirectory } from '../../src/lab/private-directory.js';

const program = { packages: ['pgbouncer'], programs: ['usr/sbin/pgbouncer'], megabytes: 12 } as const;

/** Releases of PgBouncer by the Debian suite that has them: its console's columns differ. */
export const PGBOUNCERS: Readonly<Record<string, DebianTree>> = {
  'pgbouncer-bookworm': { ...program, suite: 'bookworm' },
  'pgbouncer-trixie': { ...program, suite: 'trixie' },
  'pgbouncer-sid': { ...program, suite: 'sid' },
};

export function fetchPgBouncer(name: string, onProgress?: (message: string) => void): Promise<string> {
  return fetchTree(name, PGBOUNCERS[name] as DebianTree, {
    cacheDirectory: defaultCacheDirectory(),
    onProgress,
  });
}

export interface PrivatePgBouncer extends AsyncDisposable {
  readonly port: number;
}

/** A PgBouncer of our own in front of a private server, pooling by transaction, for any user without a password. */
export async function startPgBouncer(name: string, server: PrivatePostgres): Promise<PrivatePgBouncer> {
  const tree = await fetchPgBouncer(name);
  const { uid, gid } = serverAccount();
  const directory = await makePrivateDirectory('pgbouncer', { uid, gid });
  const port = await freePort();
  const settings = [
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'auth_type = any',
    'pool_mode = transaction',
    'unix_socket_dir =',
    'stats_users = postgres',
    'ignore_startup_parameters = options',
  ];
  const file = join(directory.path, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]\npostgres = host=127.0.0.1 port=${server.port} user=postgres\n[pgbouncer]\n${settings.join('\n')}\n`,
  );
  if (uid !== undefined) chownSync(file, uid, gid ?? uid);
  const child = spawn(join(tree, 'usr/sbin/pgbouncer'), ['-q', file], {
    stdio: 'ignore',
    ...(uid === undefined ? {} : { uid, gid }),
  });
  directory.guard(child.pid ?? 0);
  return {
    port,
    async [Symbol.asyncDispose]() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGKILL');
      await ended;
      await directory.remove();
    },
  };
}
